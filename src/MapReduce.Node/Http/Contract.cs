using MapReduce.Node.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace MapReduce.Node.Http;

/// <summary>The API as an OpenAPI document, at <c>/openapi/v1.json</c>: written from what the endpoints say of themselves.</summary>
internal static class Contract
{
    private const string Document = "v1";

    /// <summary>Makes the document's parts.</summary>
    public static void Add(IServiceCollection services)
    {
        // Numbers are numbers: without this they are described as numbers or texts.
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict);
        services.AddOpenApi(Document, options => options
            .AddDocumentTransformer((document, context, _) => Task.FromResult(Introduce(document)))
            .AddOperationTransformer((operation, context, _) => Task.FromResult(AddParameters(operation, context))));
    }

    /// <summary>Serves the document.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi().Needs(Roles.View);

    /// <summary>Adds a route, and puts it into the document.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="role">Who may call it.</param>
    /// <param name="method">GET, POST or DELETE.</param>
    /// <param name="pattern">The address.</param>
    /// <param name="handler">What serves it.</param>
    /// <param name="name">The name of the operation.</param>
    /// <param name="summary">What it does, in one sentence.</param>
    /// <param name="answer">What it answers with.</param>
    public static IEndpointConventionBuilder Map(this IEndpointRouteBuilder routes, string role, string method, string pattern, RequestDelegate handler, string name, string summary, Answer answer)
        => routes.MapMethods(pattern, [method], handler).Needs(role).WithName(name).WithSummary(summary).WithDescription($"Needs the role {role}.").WithTags(pattern.Split('/')[2]).WithMetadata(handler.Method, answer.Metadata, new BodyLimit(0));

    /// <summary>Says what a request's body is; without this it has none.</summary>
    /// <param name="route">The route.</param>
    /// <param name="body">What it is made of.</param>
    /// <param name="content">What it is written as.</param>
    /// <param name="mostBytes">How long it may be.</param>
    public static IEndpointConventionBuilder Takes(this IEndpointConventionBuilder route, Type body, string content, long mostBytes) => route.WithMetadata(new AcceptsMetadata([content], body), new BodyLimit(mostBytes));

    /// <summary>Says which numbers the address may have after its question mark.</summary>
    public static IEndpointConventionBuilder TakesNumber(this IEndpointConventionBuilder route, string name, string meaning) => route.WithMetadata(new QueryNumber(name, meaning));

    /// <summary>Says which texts the address may have after its question mark.</summary>
    public static IEndpointConventionBuilder TakesText(this IEndpointConventionBuilder route, string name, string meaning) => route.WithMetadata(new QueryText(name, meaning));

    private static OpenApiDocument Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo { Title = "MapReduce", Version = Document, Description = "Every node answers all calls. Each needs a token, of the cluster or of a user whose role it names; the role submit is for one's own jobs, operate for all. What fails is answered by an error with a code and a sentence." };
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme> { ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The token of the cluster, or of a user." } };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
        return document;
    }

    private static OpenApiOperation AddParameters(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        operation.Parameters ??= [];
        foreach (var part in RoutePatternFactory.Parse(context.Description.RelativePath ?? "").Parameters)
            operation.Parameters.Add(new OpenApiParameter { Name = part.Name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        foreach (var number in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryNumber>())
            operation.Parameters.Add(new OpenApiParameter { Name = number.Name, In = ParameterLocation.Query, Description = number.Meaning, Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" } });
        foreach (var text in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryText>())
            operation.Parameters.Add(new OpenApiParameter { Name = text.Name, In = ParameterLocation.Query, Description = text.Meaning, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        return operation;
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;

    private sealed record QueryNumber(string Name, string Meaning);

    private sealed record QueryText(string Name, string Meaning);

    /// <summary>What an operation answers with.</summary>
    internal sealed record Answer(int Status, Type? Body, string? Content)
    {
        /// <summary>Nothing but that it is done.</summary>
        public static Answer Done { get; } = new(StatusCodes.Status204NoContent, null, null);

        /// <summary>JSON.</summary>
        public static Answer Of<T>() => new(StatusCodes.Status200OK, typeof(T), "application/json");

        /// <summary>Bytes of some kind.</summary>
        public static Answer Bytes(string content) => new(StatusCodes.Status200OK, typeof(Stream), content);

        /// <summary>The answer as the framework knows it.</summary>
        public ProducesResponseTypeMetadata Metadata => Content is null ? new(Status) : new(Status, Body, [Content]);
    }
}
