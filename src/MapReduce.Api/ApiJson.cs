using System.Text.Json;
using System.Text.Json.Serialization;

namespace MapReduce.Api;

/// <summary>How the contract is written as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SubmitRequest))]
[JsonSerializable(typeof(PackageReceipt))]
[JsonSerializable(typeof(FileReceipt))]
[JsonSerializable(typeof(JobReceipt))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(JobDetails))]
[JsonSerializable(typeof(TaskList))]
[JsonSerializable(typeof(AttemptTable))]
[JsonSerializable(typeof(FailureList))]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(NodeVitals))]
[JsonSerializable(typeof(JobEventDetails))]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(OrderDetails))]
[JsonSerializable(typeof(ClusterChange))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(DrainStatus))]
[JsonSerializable(typeof(HealthStatus))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(ApiError))]
public sealed partial class ApiJson : JsonSerializerContext
{
}
