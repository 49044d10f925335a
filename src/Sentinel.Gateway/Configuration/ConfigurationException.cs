namespace Sentinel.Gateway.Configuration;

/// <summary>The configuration cannot be used; carries all its faults at once.</summary>
internal sealed class ConfigurationException(IReadOnlyList<ConfigurationFault> faults)
    : Exception(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<ConfigurationFault> Faults => faults;
}
