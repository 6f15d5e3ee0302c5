namespace Google.Protobuf;

/// <summary>What the version that the program itself uses does not have.</summary>
public static class OldMessage
{
    public static string Version => typeof(OldMessage).Assembly.GetName().Version!.ToString();
}
