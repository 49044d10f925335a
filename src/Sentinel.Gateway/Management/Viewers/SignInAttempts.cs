using System.Net;
using System.Net.Sockets;

namespace Sentinel.Gateway.Management.Viewers;

/// <summary>How often each address has failed to sign in, for a minute from its first failure on.</summary>
/// <remarks>
/// An attempt counts while it runs, so that many at once are no way around. Bounded: beyond it the oldest is forgotten,
/// which takes as many addresses as there is room for.
/// </remarks>
internal sealed class SignInAttempts(TimeProvider time)
{
    /// <summary>Failures of one address in a minute; then it has to wait.</summary>
    public const int FailuresMax = 10;

    private const int AddressesMax = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<IPAddress, Tally> _tallies = [];

    /// <summary>Begins an attempt, unless the address has to wait.</summary>
    /// <param name="address">Who tries.</param>
    /// <param name="waitSeconds">How long it has to wait.</param>
    public bool TryBegin(IPAddress? address, out int waitSeconds)
    {
        var key = KeyOf(address);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_tallies.TryGetValue(key, out var tally) && tally.EndsAt <= now)
            {
                _tallies.Remove(key);
                tally = null;
            }

            if (tally is null)
            {
                if (_tallies.Count >= AddressesMax)
                {
                    _tallies.RemoveAt(0);
                }

                _tallies.Add(key, tally = new Tally(now + Window));
            }

            waitSeconds = Math.Max(1, (int)Math.Ceiling((tally.EndsAt - now).TotalSeconds));
            if (tally.Count >= FailuresMax)
            {
                return false;
            }

            tally.Count++;
            return true;
        }
    }

    /// <summary>An attempt that began was none of guessing.</summary>
    public void Forgive(IPAddress? address)
    {
        lock (_lock)
        {
            if (_tallies.TryGetValue(KeyOf(address), out var tally) && --tally.Count <= 0)
            {
                _tallies.Remove(KeyOf(address));
            }
        }
    }

    // One who has an IPv6 network has all of its addresses.
    private static IPAddress KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private sealed class Tally(DateTimeOffset endsAt)
    {
        public DateTimeOffset EndsAt => endsAt;

        public int Count { get; set; }
    }
}
