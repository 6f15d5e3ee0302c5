using System.Globalization;
using System.Text.Json.Nodes;
using MapReduce.Node.Security;

namespace MapReduce.Cli.Users;

/// <summary><c>mr user</c>: who may call a cluster, beside its owner. Nodes see a change at the next call.</summary>
internal static class UserVerbs
{
    private static readonly TimeSpan LongestTerm = TimeSpan.FromDays(3650);

    public static ExitCode Add(UserAddOptions options)
    {
        var name = NameOf(options, "add");
        if (!User.IsName(name)) throw new UserException(ExitCode.Usage, $"'{name}' cannot be a user's name. It may have {User.Names}; '{Caller.Owner.Name}' is who has the token of the cluster.");
        if (options.Role is not { } role || !Roles.All.Contains(role)) throw new UserException(ExitCode.Usage, $"Which role? Give one of {string.Join(", ", Roles.All)}: mr user add {name} --role {Roles.Submit}.");
        var token = User.NewToken();
        var added = new User(name, role, User.DigestOf(token), DateTimeOffset.UtcNow + TermOf(options.Expires));
        UserFile.Change(options.File, users => users.Users.FirstOrDefault(user => user.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? throw new UserException(ExitCode.Usage, $"There is a user {known.Name} already. For another token or role, first: mr user remove {known.Name}.")
            : users with { Users = [.. users.Users, added] });
        if (options.Json)
        {
            var json = Describe(added);
            json["token"] = token;
            Output.Json(json);
            return ExitCode.Success;
        }
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"This is the token of {name}, with the role {role} until {added.Expires.UtcDateTime:yyyy-MM-dd}. It is shown only now. {name} keeps it in a file, and names that: mr jobs --address URL --token-file FILE."));
        Console.WriteLine(token);
        return ExitCode.Success;
    }

    public static ExitCode List(UserFileOptions options)
    {
        var users = UserFile.Read(options.File).Users;
        if (options.Json)
        {
            Output.Json(new JsonArray([.. users.Select(Describe)]));
            return ExitCode.Success;
        }
        if (users.Count == 0) Console.WriteLine($"There are no users but {Caller.Owner.Name}, who has the token of the cluster. Add one: mr user add NAME --role {Roles.Submit}.");
        foreach (var user in users)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{user.Name,-20}  {user.Role,-7}  {(HasExpired(user) ? "expired" : "until")} {user.Expires.ToLocalTime():yyyy-MM-dd HH:mm}"));
        return ExitCode.Success;
    }

    public static ExitCode Remove(UserOptions options)
    {
        var name = NameOf(options, "remove");
        UserFile.Change(options.File, users => users.Users.Any(user => user.Name == name)
            ? users with { Users = [.. users.Users.Where(user => user.Name != name)] }
            : throw new UserException(ExitCode.Usage, $"There is no user '{name}'. List them with mr user list."));
        if (options.Json) Output.Json(new JsonObject { ["removed"] = name });
        else Console.WriteLine($"{name} is removed: the token is good no more. Jobs of {name} stay, and go on.");
        return ExitCode.Success;
    }

    /// <summary>Reads a term, such as 90d or 12h.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal static TimeSpan TermOf(string text)
    {
        var isNumber = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;
        TimeSpan? term = (isNumber, text.LastOrDefault()) switch
        {
            (true, 'd') when count <= LongestTerm.TotalDays => TimeSpan.FromDays(count),
            (true, 'h') when count <= LongestTerm.TotalHours => TimeSpan.FromHours(count),
            _ => null,
        };
        return term ?? throw new UserException(ExitCode.Usage, $"--expires {text} is no term. Give days as 90d, {LongestTerm.TotalDays} at most, or hours as 12h.");
    }

    private static string NameOf(UserOptions options, string action)
        => options.Name ?? throw new UserException(ExitCode.Usage, $"Which user? Give a name: mr user {action} ann{(action == "add" ? $" --role {Roles.Submit}" : "")}.");

    private static bool HasExpired(User user) => user.Expires <= DateTimeOffset.UtcNow;

    private static JsonObject Describe(User user) => new() { ["name"] = user.Name, ["role"] = user.Role, ["expires"] = user.Expires.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), ["expired"] = HasExpired(user) };
}
