using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Tests that load the machine run alone, so that nobody's deadline suffers.</summary>
[CollectionDefinition(nameof(HeavyLoad), DisableParallelization = true)]
public sealed class HeavyLoad;
