using System.Collections.Frozen;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Configuration.Tls;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Backends;

/// <summary>Fills in what <c>Sentinel.Backends</c> names by environment variable, and finds its faults.</summary>
internal sealed class BackendReader(
    IReadOnlyDictionary<string, string> environment,
    TlsReader tls,
    FaultCollector faults)
{
    private const string Section = "$.Sentinel.Backends";

    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public IReadOnlyDictionary<string, BackendSettings> Read(
        IReadOnlyDictionary<string, BackendOptions> backends,
        IReadOnlyList<ClusterConfig> clusters)
    {
        var ids = clusters.Select(cluster => cluster.ClusterId).ToList();
        var settings = new Dictionary<string, BackendSettings>(StringComparer.Ordinal);
        foreach (var (id, options) in backends)
        {
            var path = JsonPath.Member(Section, id);
            CheckExists(id, path, ids);
            CheckOneCredential(options, path);
            TimeLimitChecks.Run(options, path, clusters.FirstOrDefault(cluster => cluster.ClusterId == id), faults);
            settings[id] = new BackendSettings
            {
                Headers = [.. ReadHeaders(options.Headers, $"{path}.{nameof(options.Headers)}")],
                ForwardAuthorization = options.ForwardAuthorization,
                FailsOver = options.FailOver,
                ClientCredentials = options.ClientCredentials is { } credentials
                    ? ReadGrant(credentials, $"{path}.{nameof(options.ClientCredentials)}")
                    : null,
                Tls = tls.ReadBackend(id, options, clusters.FirstOrDefault(cluster => cluster.ClusterId == id)),
            };
        }

        return settings.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private void CheckExists(string id, string path, List<string> ids)
    {
        // Where the clusters are at fault themselves, this would only say it again.
        if (!ids.Contains(id, StringComparer.Ordinal) && !faults.HasWithin("$.ReverseProxy"))
        {
            var remedy = Suggestion.Nearest(id, ids) is { } near
                ? $"did you mean '{near}'?"
                : $"defined are {string.Join(", ", ids)}";
            faults.Add(path, $"there is no backend '{id}' in ReverseProxy.Clusters; {remedy}");
        }
    }

    private void CheckOneCredential(BackendOptions options, string path)
    {
        var isWritten = options.Headers.Keys.Any(
            name => string.Equals(name, "Authorization", StringComparison.OrdinalIgnoreCase));
        string[] sources =
        [
            .. isWritten ? ["Headers.Authorization"] : Array.Empty<string>(),
            .. options.ClientCredentials is not null ? ["ClientCredentials"] : Array.Empty<string>(),
            .. options.ForwardAuthorization ? ["ForwardAuthorization"] : Array.Empty<string>(),
        ];
        if (sources.Length > 1)
        {
            faults.Add(path, $"{string.Join(" and ", sources)} would each set Authorization; keep one of them");
        }
    }

    private IEnumerable<KeyValuePair<string, string>> ReadHeaders(
        IReadOnlyDictionary<string, string> headers,
        string path)
    {
        foreach (var (name, text) in headers)
        {
            var at = JsonPath.Member(path, name);
            if (HeaderRules.NameProblem(name) is { } problem)
            {
                faults.Add(at, problem);
            }
            else if (ReadValue(name, text, at) is { } value)
            {
                yield return new(name, value);
            }
        }
    }

    private string? ReadValue(string name, string text, string path)
    {
        if (EnvironmentText.VariableIn(text) is not { } variable)
        {
            if (HeaderRules.HoldsSecret(name))
            {
                faults.Add(
                    path, $"the value of {name} is a secret, and secrets never stand in the file; write env:NAME");
                return null;
            }

            return Judged(text, "the value", path);
        }

        return ReadVariable(variable, path) is { } secret
            ? Judged(EnvironmentText.Fill(text, variable, secret), $"the value of the variable {variable}", path)
            : null;
    }

    private string? Judged(string value, string subject, string path)
    {
        if (HeaderRules.IsValue(value))
        {
            return value;
        }

        faults.Add(path, $"{subject} is empty or cannot be sent in a header; write visible ASCII on one line");
        return null;
    }

    private ClientCredentialsGrant? ReadGrant(ClientCredentialsOptions options, string path)
    {
        var secret = options.ClientSecretEnv.Length > 0
            ? ReadVariable(options.ClientSecretEnv, $"{path}.{nameof(options.ClientSecretEnv)}")
            : null;
        if (!Uri.TryCreate(options.TokenUrl, UriKind.Absolute, out var url))
        {
            if (options.TokenUrl.Length > 0)
            {
                faults.Add($"{path}.{nameof(options.TokenUrl)}", "this is no URL; write the token endpoint's");
            }

            return null;
        }

        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
        {
            _warnings.Add(new ConfigurationFault(
                faults.PlaceOf($"{path}.{nameof(options.TokenUrl)}"),
                "the client secret goes there unencrypted; write an https URL").ToString());
        }

        return secret is null
            ? null
            : new ClientCredentialsGrant(
                url,
                options.ClientId,
                secret,
                options.ClientAuthentication,
                options.Scope,
                options.Resource,
                options.Audience,
                TimeSpan.FromSeconds(options.TimeoutSeconds));
    }

    private string? ReadVariable(string variable, string path)
    {
        if (!EnvironmentText.IsVariableName(variable))
        {
            // Not shown: it may be the secret itself.
            faults.Add(path, $"this is no name of an environment variable; {EnvironmentText.VariableRemedy}");
            return null;
        }

        // A file with the secret in it often ends with a line break, and takes it along.
        if (environment.TryGetValue(variable, out var value) && value.Trim() is { Length: > 0 } secret)
        {
            return secret;
        }

        faults.Add(path, $"the environment variable {variable} is not set; set it, or remove this");
        return null;
    }
}
