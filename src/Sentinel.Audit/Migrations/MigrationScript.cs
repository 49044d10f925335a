using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Audit.Migrations;

/// <summary>One file of <c>db/</c>.</summary>
/// <param name="Folder">Grate's folder, such as <c>up</c>.</param>
/// <param name="Name">The path below the folder, with its extension: what Grate calls the script's name.</param>
/// <param name="Text">The text without a byte order mark.</param>
internal sealed record MigrationScript(string Folder, string Name, string Text)
{
    private const string OneTimeFolder = "up";

    /// <summary>Whether it runs once and must never change; any other runs again when it has changed.</summary>
    public bool IsOneTime => Folder == OneTimeFolder;

    /// <summary>The hash that Grate keeps: of the text with quotes doubled and line ends made LF.</summary>
    public string Hash
    {
        get
        {
            var hashed = Text
                .Replace("'", "''", StringComparison.Ordinal)
                .Replace("\r\n", "\n", StringComparison.Ordinal)
                .Replace('\r', '\n');
#pragma warning disable CA5351 // Grate's choice; it detects edits, and defends against nobody.
            return Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(hashed)));
#pragma warning restore CA5351
        }
    }
}
