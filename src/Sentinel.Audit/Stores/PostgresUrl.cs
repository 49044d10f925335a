using System.Globalization;
using Npgsql;

namespace Sentinel.Audit.Stores;

/// <summary>Reads <c>postgres://user:password@host:port/database?…</c> or a key=value connection string.</summary>
/// <remarks>No message quotes the value: what stands in the wrong place may be the password.</remarks>
internal static class PostgresUrl
{
    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    private static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> Parameters =
        new(StringComparer.Ordinal)
        {
            ["sslmode"] = (builder, value) => builder.SslMode = ReadSslMode(value),
            ["sslrootcert"] = (builder, value) => builder.RootCertificate = value,
            ["sslcert"] = (builder, value) => builder.SslCertificate = value,
            ["sslkey"] = (builder, value) => builder.SslKey = value,
            ["sslpassword"] = (builder, value) => builder.SslPassword = value,
            ["application_name"] = (builder, value) => builder.ApplicationName = value,
            ["connect_timeout"] = (builder, value) => builder.Timeout = ReadNumber("connect_timeout", value, 1024),
            ["keepalives_idle"] = (builder, value) => builder.KeepAlive = ReadNumber("keepalives_idle", value, 86400),
            ["options"] = (builder, value) => builder.Options = value,
            ["host"] = (builder, value) => builder.Host = value,
        };

    /// <exception cref="AuditConfigurationException">It is neither form, or a part of it is wrong.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text, string source)
    {
        try
        {
            var trimmed = text.Trim();
            var scheme = Array.Find(Schemes, s => trimmed.StartsWith(s, StringComparison.OrdinalIgnoreCase));
            var builder = scheme is null ? ReadKeyValues(trimmed) : ReadUrl(trimmed[scheme.Length..]);
            if (string.IsNullOrEmpty(builder.Host))
            {
                throw new FormatException("it names no host");
            }

            builder.ApplicationName ??= "sentinel";
            return builder;
        }
        catch (FormatException exception)
        {
            throw new AuditConfigurationException(
                $"{source} does not hold a PostgreSQL URL: {exception.Message}. "
                + "Write postgres://user:password@host:5432/database?sslmode=require, with special characters "
                + "percent-encoded, or a key=value connection string (Host=…;Username=…;Password=…;Database=…).",
                exception);
        }
    }

    private static NpgsqlConnectionStringBuilder ReadKeyValues(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal) && !text.Contains('='))
        {
            throw new FormatException("its scheme is neither postgres nor postgresql");
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
#pragma warning disable MA0054 // Npgsql's own message may quote what follows a ';' in an unquoted password.
            throw new FormatException("a key of it is unknown, or the value of one cannot be read");
#pragma warning restore MA0054
        }
    }

    private static NpgsqlConnectionStringBuilder ReadUrl(string text)
    {
        if (text.Contains('#'))
        {
            throw new FormatException("it holds '#', which must be written %23");
        }

        var query = "";
        if (text.IndexOf('?') is var mark and >= 0)
        {
            (text, query) = (text[..mark], text[(mark + 1)..]);
        }

        var slash = text.IndexOf('/');
        var authority = slash < 0 ? text : text[..slash];
        var database = slash < 0 ? "" : text[(slash + 1)..];
        if (database.Contains('/'))
        {
            throw new FormatException("the database's name holds '/', which must be written %2F");
        }

        var builder = new NpgsqlConnectionStringBuilder();
        if (authority.LastIndexOf('@') is var at and >= 0)
        {
            ReadUser(builder, authority[..at]);
            authority = authority[(at + 1)..];
        }

        ReadHost(builder, authority);
        if (database.Length > 0)
        {
            builder.Database = Decode(database);
        }

        ReadQuery(builder, query);
        return builder;
    }

    private static void ReadUser(NpgsqlConnectionStringBuilder builder, string text)
    {
        var colon = text.IndexOf(':');
        var name = Decode(colon < 0 ? text : text[..colon]);
        if (name.Length == 0)
        {
            throw new FormatException("the user's name before '@' is empty");
        }

        builder.Username = name;
        if (colon >= 0)
        {
            builder.Password = Decode(text[(colon + 1)..]);
        }
    }

    private static void ReadHost(NpgsqlConnectionStringBuilder builder, string text)
    {
        if (text.Contains(','))
        {
            throw new FormatException("it names several hosts; one is supported");
        }

        string port;
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']');
            if (close < 0 || !System.Net.IPAddress.TryParse(text[1..close], out _))
            {
                throw new FormatException("the address in '[…]' is no IPv6 address");
            }

            builder.Host = text[1..close];
            port = text[(close + 1)..];
        }
        else
        {
            var colon = text.IndexOf(':');
            builder.Host = Decode(colon < 0 ? text : text[..colon]);
            port = colon < 0 ? "" : text[colon..];
        }

        if (port.Length > 0)
        {
            builder.Port = port is [':', .. var digits]
                && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and < 65536
                    ? number
                    : throw new FormatException("the port is not a number from 1 to 65535");
        }
    }

    private static void ReadQuery(NpgsqlConnectionStringBuilder builder, string query)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (!Parameters.TryGetValue(name, out var apply))
            {
                throw new FormatException(
                    "a parameter after '?' is unknown; known are " + string.Join(", ", Parameters.Keys));
            }

            if (equals < 0 || equals == pair.Length - 1)
            {
                throw new FormatException($"the parameter {name} has no value");
            }

            if (!seen.Add(name))
            {
                throw new FormatException($"the parameter {name} stands there twice");
            }

            apply(builder, Decode(pair[(equals + 1)..]));
        }
    }

    private static string Decode(string text)
    {
        for (var i = text.IndexOf('%'); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw new FormatException("a '%' in it is not followed by two hex digits; write a plain one as %25");
            }
        }

        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0') ? throw new FormatException("it holds %00") : decoded;
    }

    private static int ReadNumber(string name, string value, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw new FormatException($"{name} is not a number of seconds from 0 to {max}");

    private static SslMode ReadSslMode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new FormatException(
            "sslmode is none of disable, allow, prefer, require, verify-ca, verify-full"),
    };
}
