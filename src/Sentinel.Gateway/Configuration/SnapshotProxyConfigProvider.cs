using System.Globalization;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration;

/// <summary>Feeds YARP the routes and clusters of the running snapshot.</summary>
internal sealed class SnapshotProxyConfigProvider(ConfigurationSource source) : IProxyConfigProvider
{
    public IProxyConfig GetConfig()
    {
        // One read: routes and token of two publications would leave YARP waiting for a change that was.
        var publication = source.CurrentPublication;
        return new SnapshotProxyConfig(publication.Snapshot, publication.Token);
    }

    private sealed class SnapshotProxyConfig(ConfigurationSnapshot snapshot, IChangeToken token) : IProxyConfig
    {
        public string RevisionId { get; } = snapshot.Version.ToString(CultureInfo.InvariantCulture);

        public IReadOnlyList<RouteConfig> Routes => snapshot.Routes;

        public IReadOnlyList<ClusterConfig> Clusters => snapshot.Clusters;

        public IChangeToken ChangeToken => token;
    }
}
