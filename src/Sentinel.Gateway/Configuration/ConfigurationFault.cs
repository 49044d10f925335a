using System.Globalization;
using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>One thing that is wrong with the configuration, where, and what to write instead.</summary>
internal sealed record ConfigurationFault(NodePlace Place, string Problem)
{
    public string Path => Place.Path;

    public override string ToString()
    {
        var where = Place switch
        {
            { Variable: { } variable } => $" (environment variable {variable})",
            { Line: { } line, Column: { } column } =>
                string.Create(CultureInfo.InvariantCulture, $" (line {line}, column {column})"),
            { Line: { } line } => string.Create(CultureInfo.InvariantCulture, $" (line {line})"),
            _ => "",
        };
        return FaultText.OneLine($"{Place.Path}{where}: {Problem}");
    }
}
