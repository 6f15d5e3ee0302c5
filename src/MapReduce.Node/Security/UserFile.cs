using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>The users of a cluster: a file that only its owner may read, <c>users.json</c> in the folder of a cluster on one machine.</summary>
/// <param name="Users">All of them.</param>
public sealed record UserFile(IReadOnlyList<User> Users)
{
    /// <summary>The version of the file that this program writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>What the file is called in the folder of a cluster.</summary>
    public const string Name = "users.json";

    private const int DigestLength = 64;
    private const string TurnSuffix = ".turn";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The version of the file.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Reads the users; none where there is no file.</summary>
    /// <exception cref="ConfigurationException">Others may read the file too, it is damaged, or a newer program has written it.</exception>
    public static UserFile Read(string file)
    {
        if (!File.Exists(file)) return new UserFile([]);
        PrivateFiles.Require(file, "file of users");
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(file), UserJson.Default.UserFile) ?? throw new JsonException("it is empty");
            if (read.Version > CurrentVersion) throw new ConfigurationException($"The file of users '{file}' is of version {read.Version}, and this program reads up to {CurrentVersion}. Run the newer program that wrote it.");
            foreach (var user in read.Users) Check(user ?? throw new JsonException("a user is null"), file);
            if (read.Users.GroupBy(user => user.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(users => users.Count() > 1) is { } twice)
                throw new ConfigurationException($"The file of users '{file}' has the user {twice.Key} twice. Remove one of them.");
            return read;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The file of users '{file}' cannot be read: {exception.Message} Mend it, or remove it and make the users anew with mr user add.", exception);
        }
    }

    /// <summary>Reads the file, and writes what <paramref name="change"/> makes of it. Changes of other processes are waited for, so that none is lost.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or another process has been changing it for half a minute.</exception>
    public static void Change(string file, Func<UserFile, UserFile> change)
    {
        using var turn = Turn(file);
        change(Read(file)).Write(file);
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Write(string file) => PrivateFiles.Write(file, JsonSerializer.Serialize(this, UserJson.Default.UserFile));

    /// <summary>A lock that ends with its process. Its file stays: whoever removed it might remove another's.</summary>
    private static FileStream Turn(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(Pause))
            try
            {
                return new FileStream(file + TurnSuffix, options);
            }
            catch (IOException exception) when (exception is not DirectoryNotFoundException)
            {
                if (waited.Elapsed > Patience)
                    throw new ConfigurationException($"The file of users '{file}' is being changed by another mr user, or its folder refuses: {exception.Message} Try again when that has ended.", exception);
            }
    }

    private static void Check(User user, string file)
    {
        if (!User.IsName(user.Name)) throw new ConfigurationException($"The file of users '{file}' has a user '{user.Name}'. A name is {User.Names}, and not {Caller.Owner.Name}.");
        if (!Roles.All.Contains(user.Role)) throw new ConfigurationException($"The file of users '{file}' gives {user.Name} the role '{user.Role}'. It may be {string.Join(", ", Roles.All)}.");
        if (user.Digest.Length != DigestLength || !user.Digest.All(char.IsAsciiHexDigitLower)) throw new ConfigurationException($"The file of users '{file}' has no SHA-256 digest for {user.Name}. Make the user anew: mr user remove {user.Name}, mr user add {user.Name}.");
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(UserFile))]
internal sealed partial class UserJson : JsonSerializerContext
{
}
