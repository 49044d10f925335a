using Sentinel.Gateway.Management;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Sentinel.Gateway.Tests.Management;

public sealed class DestinationGaugeTests
{
    [Theory]
    [InlineData(true, false, DestinationHealth.Unhealthy, DestinationHealth.Unknown, true)]
    [InlineData(true, false, DestinationHealth.Healthy, DestinationHealth.Unhealthy, false)]
    [InlineData(false, true, DestinationHealth.Unknown, DestinationHealth.Unhealthy, true)]
    [InlineData(false, true, DestinationHealth.Unhealthy, DestinationHealth.Unknown, false)]
    [InlineData(false, false, DestinationHealth.Unhealthy, DestinationHealth.Unhealthy, false)]
    [InlineData(null, null, DestinationHealth.Unhealthy, DestinationHealth.Unhealthy, false)]
    [InlineData(true, true, DestinationHealth.Unknown, DestinationHealth.Unknown, false)]
    public void What_a_check_found_counts_while_it_is_switched_on(
        bool? isActive,
        bool? isPassive,
        DestinationHealth active,
        DestinationHealth passive,
        bool isDead)
    {
        var destination = new DestinationState("a");
        destination.Health.Active = active;
        destination.Health.Passive = passive;
        var checks = new HealthCheckConfig
        {
            Active = isActive is null ? null : new ActiveHealthCheckConfig { Enabled = isActive },
            Passive = isPassive is null ? null : new PassiveHealthCheckConfig { Enabled = isPassive },
        };

        Assert.Equal(isDead, DestinationGauge.IsDead(checks, destination));
        Assert.False(DestinationGauge.IsDead(null, destination));
    }
}
