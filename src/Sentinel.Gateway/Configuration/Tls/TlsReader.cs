using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Tls;

/// <summary>Reads the certificates that proxy.json names.</summary>
/// <remarks>
/// A file that becomes faulty while what named it stays as it was keeps nobody from changing the rest of the
/// configuration: what was in force for it stays, and <see cref="Kept"/> says so.
/// </remarks>
internal sealed class TlsReader(
    IReadOnlyDictionary<string, string> environment,
    NamedFiles files,
    ConfigurationSnapshot? previous,
    FaultCollector faults)
{
    public const string Section = "$.Sentinel.Tls";

    private const string Backends = "$.Sentinel.Backends";

    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private readonly List<string> _warnings = [];
    private readonly List<ConfigurationFault> _kept = [];

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Faults for whose sake nothing is refused, because an earlier certificate stays in force.</summary>
    public IReadOnlyList<ConfigurationFault> Kept => _kept;

    /// <summary>The listeners' certificate; null where none is named, or where there is a fault.</summary>
    public CertificateWithKey? ReadServer(TlsOptions? options)
    {
        if (options is null || faults.HasWithin(Section))
        {
            return null;
        }

        var earlier = options == previous?.Sentinel.Tls ? previous?.ServerCertificate : null;
        var hasFile = options.CertificatePath is not null;
        if (hasFile == options.CertificateEnv is not null)
        {
            faults.Add(Section, "write either CertificatePath or CertificateEnv, and in it the certificate in PEM");
            return null;
        }

        if (options.KeyPath is not null && options.KeyEnv is not null)
        {
            faults.Add(Section, "KeyPath and KeyEnv would each be the key; keep one of them");
            return null;
        }

        var certificate = hasFile
            ? (Text: ReadFile(options.CertificatePath!), At: $"{Section}.{nameof(options.CertificatePath)}")
            : (Text: ReadVariable(options.CertificateEnv!), At: $"{Section}.{nameof(options.CertificateEnv)}");
        var key = options.KeyPath is not null
            ? (Text: ReadFile(options.KeyPath), At: $"{Section}.{nameof(options.KeyPath)}")
            : options.KeyEnv is not null
                ? (Text: ReadVariable(options.KeyEnv), At: $"{Section}.{nameof(options.KeyEnv)}")
                : (Text: (Found?)null, At: "");
        return Read(certificate, key, earlier);
    }

    /// <summary>What one backend's section says of TLS; null where it says nothing.</summary>
    public BackendTls? ReadBackend(string id, BackendOptions options, ClusterConfig? cluster)
    {
        var path = JsonPath.Member(Backends, id);
        if ((options.CaPath ?? options.ClientCertificatePath ?? options.ClientKeyPath) is null
            || faults.HasWithin(path))
        {
            return null;
        }

        if (!CheckUse(path, options, cluster))
        {
            return null;
        }

        var earlier = HasSamePaths(options, previous?.Sentinel.Backends.GetValueOrDefault(id))
            ? previous?.Backends.GetValueOrDefault(id)?.Tls
            : null;
        var key = options.ClientKeyPath is null
            ? ((Found?)null, "")
            : (ReadFile(options.ClientKeyPath), $"{path}.{nameof(options.ClientKeyPath)}");
        return new BackendTls
        {
            Authorities = options.CaPath is null
                ? null
                : ReadAuthorities(options.CaPath, $"{path}.{nameof(options.CaPath)}", earlier?.Authorities),
            ClientCertificate = options.ClientCertificatePath is null
                ? null
                : Read(
                    (ReadFile(options.ClientCertificatePath), $"{path}.{nameof(options.ClientCertificatePath)}"),
                    key,
                    earlier?.ClientCertificate),
        };
    }

    private static bool HasSamePaths(BackendOptions now, BackendOptions? before) =>
        before is not null
        && (now.CaPath, now.ClientCertificatePath, now.ClientKeyPath)
            == (before.CaPath, before.ClientCertificatePath, before.ClientKeyPath);

    // What would be written in vain, or be undone by another setting, is not what was meant.
    private bool CheckUse(string path, BackendOptions options, ClusterConfig? cluster)
    {
        var count = faults.Count;
        if (options.ClientKeyPath is not null && options.ClientCertificatePath is null)
        {
            faults.Add($"{path}.{nameof(options.ClientKeyPath)}", "there is a key and no certificate; write "
                + "ClientCertificatePath too");
        }

        if (options.CaPath is not null && cluster?.HttpClient?.DangerousAcceptAnyServerCertificate is true)
        {
            faults.Add($"{path}.{nameof(options.CaPath)}", "the cluster's HttpClient."
                + "DangerousAcceptAnyServerCertificate takes any certificate; keep one of the two");
        }

        if (cluster?.Destinations is { Count: > 0 } destinations && destinations.Values.All(IsCleartext))
        {
            faults.Add(path, "certificates are named, and no destination has an https address; write https in "
                + "ReverseProxy.Clusters, or remove them");
        }

        return faults.Count == count;
    }

    private static bool IsCleartext(DestinationConfig destination) =>
        destination.Address?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) is true;

    private CertificateWithKey? Read(
        (Found? Text, string At) certificate,
        (Found? Text, string At) key,
        CertificateWithKey? earlier)
    {
        if (certificate.Text?.Problem is { } problem)
        {
            return Fail(certificate.At, problem, earlier);
        }

        if (key.Text?.Problem is { } keyProblem)
        {
            return Fail(key.At, keyProblem, earlier);
        }

        try
        {
            var found = CertificateWithKey.Parse(certificate.Text!.Content!, key.Text?.Content);
            WarnOfEnd(found.Leaf, certificate.At);
            return found;
        }
        catch (FormatException e)
        {
            return Fail(certificate.At, e.Message, earlier);
        }
    }

    private X509Certificate2Collection? ReadAuthorities(
        string file,
        string path,
        X509Certificate2Collection? earlier)
    {
        var found = ReadFile(file);
        if (found.Problem is not null)
        {
            return Fail(path, found.Problem, earlier);
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(found.Content);
        }
        catch (CryptographicException)
        {
            authorities.Clear();
        }

        return authorities.Count > 0
            ? authorities
            : Fail(path, $"there is no certificate in {file}; write the authorities' certificates in PEM", earlier);
    }

    private T? Fail<T>(string path, string problem, T? earlier)
        where T : class
    {
        if (earlier is null)
        {
            faults.Add(path, problem);
        }
        else
        {
            _kept.Add(new ConfigurationFault(faults.PlaceOf(path), problem));
        }

        return earlier;
    }

    private void WarnOfEnd(X509Certificate2 certificate, string path)
    {
        var now = TimeProvider.System.GetUtcNow();
        var end = new DateTimeOffset(certificate.NotAfter);
        if (end - now < Soon)
        {
            _warnings.Add(new ConfigurationFault(
                faults.PlaceOf(path),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"this certificate {(end < now ? "expired" : "expires")} on {end.UtcDateTime:yyyy-MM-dd HH:mm} "
                        + $"UTC; renew it")).ToString());
        }
    }

    private Found ReadFile(string path)
    {
        var (text, problem) = files.Read(path);
        return new Found(text, problem);
    }

    private Found ReadVariable(string variable)
    {
        if (!EnvironmentText.IsVariableName(variable))
        {
            // Not shown: it may be the key itself.
            return new Found(null, $"this is no name of an environment variable; {EnvironmentText.VariableRemedy}");
        }

        return environment.TryGetValue(variable, out var value) && !string.IsNullOrWhiteSpace(value)
            ? new Found(value, null)
            : new Found(null, $"the environment variable {variable} is not set; set it to the PEM text");
    }

    private sealed record Found(string? Content, string? Problem);
}
