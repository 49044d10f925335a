using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Sessions;

namespace Sentinel.Benchmarks.Micro;

/// <summary>A session id is sealed once a session and opened once a request.</summary>
public class SessionSealBenchmark
{
    private const string Id = "3f6e1b2c-77a1-4c6e-9d0e-5a4b3c2d1e0f";

    private static readonly SessionOwner Owner = new(
        "github",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "8b5b1f0e-0f4a-4d1c-b6a2-6f1b2f9f2c11");

    private readonly SessionSeal _seal = new([RandomNumberGenerator.GetBytes(32)]);
    private SessionSeal _rotated = null!;
    private string _sealed = "";
    private string _old = "";
    private string _forged = "";

    [GlobalSetup]
    public void Setup()
    {
        var oldKey = RandomNumberGenerator.GetBytes(32);
        _sealed = _seal.Seal(SealKind.Session, Owner, "a", Id)!;
        _rotated = new SessionSeal([RandomNumberGenerator.GetBytes(32), oldKey]);
        _old = new SessionSeal([oldKey]).Seal(SealKind.Session, Owner, "a", Id)!;

        // In the encrypted part: found out by the tag only.
        var forged = _sealed.ToCharArray();
        forged[40] = forged[40] == 'A' ? 'B' : 'A';
        _forged = new string(forged);
    }

    [Benchmark]
    public string? Seal() => _seal.Seal(SealKind.Session, Owner, "a", Id);

    [Benchmark]
    public bool Open() => _seal.Open(SealKind.Session, Owner, _sealed) is not null;

    [Benchmark]
    public bool OpenWithTheSecondKey() => _rotated.Open(SealKind.Session, Owner, _old) is not null;

    [Benchmark]
    public bool RefuseForged() => _seal.Open(SealKind.Session, Owner, _forged) is null;
}
