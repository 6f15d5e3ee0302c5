using MapReduce.Sdk;

namespace MapReduce.Engine.Input;

/// <summary>Finds the reader of a format.</summary>
internal static class Readers
{
    /// <summary>A reader for <paramref name="format"/>.</summary>
    public static RecordReader<TRecord> For<TRecord>(InputFormat<TRecord> format) where TRecord : allows ref struct
    {
        if (format is StoreFormat<TRecord> store) return new StoreReader<TRecord>(store);
        object reader = format switch
        {
            TextLineFormat text => new TextLineReader(text.KeepCarriageReturn),
            FixedRecordFormat records => new FixedRecordReader(records.Length),
            WholeFileFormat => new WholeFileReader(),
            DelimitedFormat delimited => new DelimitedReader(delimited.Options),
            NumbersFormat => new NumbersReader(),
            _ => JsonReader(format),
        };
        return (RecordReader<TRecord>)reader;
    }

    private static object JsonReader(object format)
    {
        var record = format.GetType().BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(JsonLinesFormat<>)
            ? parent.GetGenericArguments()[0]
            : throw new EngineException(EngineError.Definition, $"There is no reader for {format.GetType().Name}.");
        return Activator.CreateInstance(typeof(JsonLinesReader<>).MakeGenericType(record), format)!;
    }
}
