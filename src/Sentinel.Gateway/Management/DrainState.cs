namespace Sentinel.Gateway.Management;

/// <summary>Whether this replica is on its way out, so that the load balancer sends nothing new.</summary>
internal sealed class DrainState
{
    private volatile bool _isDraining;

    public bool IsDraining => _isDraining;

    public void Begin() => _isDraining = true;
}
