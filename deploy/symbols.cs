// dotnet run symbols.cs -- FILE.pdb…: fails where a debugger would not find the source of a document, by source link or in the file itself.
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text.Json;

var sourceLink = new Guid("CC110556-A091-4D38-9FEC-25AB9A351A6A");
var embedded = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
var lost = 0;
var found = 0;
foreach (var file in args)
{
    using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(file));
    var reader = provider.GetMetadataReader();
    var linked = Of(MetadataTokens.EntityHandle(0x00000001), sourceLink) is { } link
        ? JsonDocument.Parse(reader.GetBlobBytes(link)).RootElement.GetProperty("documents").EnumerateObject().Select(entry => entry.Name.TrimEnd('*')).ToList()
        : [];
    foreach (var handle in reader.Documents)
    {
        var name = reader.GetString(reader.GetDocument(handle).Name);
        if (Of(handle, embedded) is not null || linked.Any(root => name.StartsWith(root, StringComparison.Ordinal))) found++;
        else if (lost++ < 5) Console.Error.WriteLine($"{Path.GetFileName(file)} neither has nor links the source of {name}.");
    }

    BlobHandle? Of(EntityHandle parent, Guid kind)
        => reader.GetCustomDebugInformation(parent).Select(reader.GetCustomDebugInformation).Where(information => reader.GetGuid(information.Kind) == kind).Select(information => (BlobHandle?)information.Value).FirstOrDefault();
}
Console.WriteLine($"{found} documents of {args.Length} files have their source");
return lost == 0 && found > 0 ? 0 : 1;
