using System.Globalization;
using MapReduce.Sdk;

namespace MapReduce.Docs.Tests.Recipes;

/// <summary>Join: the sum of each customer's orders, with those who ordered nothing. The first input has customers, the second orders.</summary>
public sealed class OrdersOfCustomers : IJob
{
    public void Define(JobBuilder job) => job.Join<string, string, long>()
        .Left(job.ReadLines(job.Inputs[0]), (TextLine line, IEmitter<string, string> output) =>
        {
            var fields = line.ToString().Split('\t');
            output.Emit(fields[0], fields[1]);
        })
        .Right(job.ReadLines(job.Inputs[1]), (TextLine line, IEmitter<string, long> output) =>
        {
            var fields = line.ToString().Split('\t');
            output.Emit(fields[0], long.Parse(fields[1], CultureInfo.InvariantCulture));
        })
        .Select(JoinKind.LeftOuter, (JoinedRow<string, string, long> row, IEmitter<string, long> output) =>
            output.Emit(row.Left!, row.HasRight ? row.Right : 0))
        .Map((string customer, long amount, IEmitter<string, long> output) => output.Emit(customer, amount))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}
