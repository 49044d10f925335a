using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel policy explain</c>: why a caller may or may not use a tool, prompt or resource.</summary>
internal static class PolicyExplainCommand
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Option<string> Tool = new("--tool")
    {
        Description = "What is used: backend/name, or with --kind resource backend/URI.",
        HelpName = "BACKEND/NAME",
        Required = true,
    };

    private static readonly Option<TargetKind> Kind = new("--kind")
    {
        Description = "Whether it is a tool, a prompt or a resource.",
        DefaultValueFactory = _ => TargetKind.Tool,
    };

    private static readonly Option<string?> Args = new("--args")
    {
        Description = "The call's arguments, as a JSON object; without it, none are given.",
        HelpName = "JSON",
    };

    public static Command Create()
    {
        var command = new AnsweringCommand(
            "explain",
            "Say whether a caller may use a tool, which rule decides, and what would change it. Ends with 0 if it "
            + "may, 1 if it may not, 2 if it cannot tell.")
        {
            SharedOptions.Config,
            PolicyCaller.AsOption,
            PolicyCaller.KeyOption,
            PolicyCaller.TokenOption,
            Tool,
            Kind,
            Args,
            SharedOptions.Json,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            new Request(
                result.GetRequiredValue(SharedOptions.Config),
                new PolicyCaller(
                    result.GetValue(PolicyCaller.AsOption) ?? [],
                    result.GetValue(PolicyCaller.KeyOption),
                    result.GetValue(PolicyCaller.TokenOption)),
                result.GetRequiredValue(Tool),
                result.GetValue(Kind),
                result.GetValue(Args),
                result.GetValue(SharedOptions.Json)),
            ProcessEnvironment.Read(),
            Console.In,
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        Request request,
        IReadOnlyDictionary<string, string> environment,
        TextReader input,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        ConfigurationSource source;
        try
        {
            source = await ConfigurationSource.LoadAsync(request.Config, environment, cancellationToken);
        }
        catch (ConfigurationException exception)
        {
            await CheckCommand.WriteFaultsAsync(exception.Faults, error);
            return AnsweringCommand.NoAnswer;
        }

        var (roles, problem) = await request.Caller.ResolveAsync(source, input, cancellationToken);
        if ((problem ?? request.Problem(source.Current)) is { } why)
        {
            await error.WriteLineAsync(FaultText.OneLine(why));
            return AnsweringCommand.NoAnswer;
        }

        var explanation = Explain(source.Current.Policy, roles, request);
        await output.WriteLineAsync(request.IsJson
            ? JsonSerializer.Serialize(explanation, Indented)
            : string.Join('\n', explanation.Lines().Select(FaultText.OneLine)));
        return explanation.Allowed ? 0 : 1;
    }

    private static Explanation Explain(AccessPolicy policy, IReadOnlyList<string> roles, Request request)
    {
        var slash = request.Target.IndexOf('/', StringComparison.Ordinal);
        var (backend, name) = (request.Target[..slash], request.Target[(slash + 1)..]);
        var arguments = request.Arguments is null ? [] : Encoding.UTF8.GetBytes(request.Arguments);
        var decision = policy.Decide(roles, backend, request.Kind, name, arguments);
        var visible = policy.DecideVisibility(roles, backend, request.Kind, name);
        return new Explanation(
            decision.IsAllowed,
            decision.Reason,
            decision.Rule,
            decision.Path,
            decision.WouldRefuse is { } refusal ? $"{refusal.Rule}{At(refusal.Path)}" : null,
            roles,
            Remedy(decision, visible, roles, request));
    }

    private static string Remedy(Decision decision, Decision visible, IReadOnlyList<string> roles, Request request)
    {
        var pattern = request.Kind == TargetKind.Tool
            ? request.Target
            : $"{request.Kind.ToString().ToLowerInvariant()}:{request.Target}";
        return decision switch
        {
            { WouldRefuse: { } refusal } =>
                $"Enforced, it would be refused by {refusal.Rule}{At(refusal.Path)}.",
            { IsAllowed: true } =>
                $"A Deny of it in any of the caller's roles; or taking out {decision.Path} and all else that "
                + "grants it.",
            { Reason: Decision.ReasonKillSwitch } => $"Taking {decision.Path} out; it holds for every caller.",
            { Path: { } path } =>
                $"Narrowing {path}, and any further Deny that matches: one wins over every Allow, of whatever role.",
            _ when visible.IsAllowed =>
                $"Other arguments: {visible.Rule}{At(visible.Path)} matches the name, and not these arguments.",
            _ when decision == Decision.NoGrant && roles.Count > 0 =>
                $"A grant in one of the caller's roles, for example \"{pattern}\" in "
                + $"$.Sentinel.Rbac.Roles.{roles[0]}.Allow.",
            _ when decision == Decision.NoGrant => "A role: the caller has none that the policy names.",
            _ => "Another spelling of the name; no rule grants this one.",
        };
    }

    private static string At(string? path) => path is null ? "" : $" at {path}";

    /// <summary>What was asked.</summary>
    internal sealed record Request(
        string Config,
        PolicyCaller Caller,
        string Target,
        TargetKind Kind = TargetKind.Tool,
        string? Arguments = null,
        bool IsJson = false)
    {
        /// <summary>Why it cannot be asked; null where it can.</summary>
        public string? Problem(ConfigurationSnapshot snapshot)
        {
            var slash = Target.IndexOf('/', StringComparison.Ordinal);
            if (slash <= 0 || slash == Target.Length - 1)
            {
                return $"--tool takes backend/name, for example github/search_code; this is '{Target}'.";
            }

            if (!snapshot.Clusters.Any(cluster => cluster.ClusterId == Target[..slash]))
            {
                var known = string.Join(", ", snapshot.Clusters.Select(cluster => cluster.ClusterId));
                return $"There is no backend '{Target[..slash]}' in ReverseProxy.Clusters; there are {known}. "
                    + "What is used is named without its kind: that is --kind's.";
            }

            try
            {
                using var parsed = Arguments is null ? null : JsonDocument.Parse(Arguments);
                return parsed is { RootElement.ValueKind: not JsonValueKind.Object }
                    ? "--args takes a JSON object, for example '{\"project\":\"OPS\"}'."
                    : null;
            }
            catch (JsonException exception)
            {
                return $"--args is no JSON: {exception.Message}";
            }
        }
    }

    /// <summary>The answer, as <c>--json</c> prints it.</summary>
    private sealed record Explanation(
        bool Allowed,
        string? Reason,
        string Rule,
        string? Path,
        string? WouldRefuse,
        IReadOnlyList<string> Roles,
        string Change)
    {
        public IEnumerable<string> Lines()
        {
            yield return Allowed ? "ALLOWED" : $"DENIED ({Reason})";
            yield return $"  roles:         {(Roles.Count == 0 ? "none" : string.Join(", ", Roles))}";
            yield return $"  decided by:    {Rule}{At(Path)}";
            if (WouldRefuse is not null)
            {
                yield return $"  would refuse:  {WouldRefuse}";
            }

            yield return $"  changed by:    {Change}";
        }
    }
}
