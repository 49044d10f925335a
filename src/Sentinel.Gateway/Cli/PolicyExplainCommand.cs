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

        var slash = request.Target.IndexOf('/', StringComparison.Ordinal);
        var explanation = Explanation.Of(
            source.Current.Policy,
            roles,
            request.Target[..slash],
            request.Kind,
            request.Target[(slash + 1)..],
            request.Arguments is null ? [] : Encoding.UTF8.GetBytes(request.Arguments));
        await output.WriteLineAsync(request.IsJson
            ? JsonSerializer.Serialize(explanation, Indented)
            : string.Join('\n', explanation.Lines().Select(FaultText.OneLine)));
        return explanation.Allowed ? 0 : 1;
    }

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
}
