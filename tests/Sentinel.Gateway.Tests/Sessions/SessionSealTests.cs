using System.Security.Cryptography;
using Sentinel.Gateway.Sessions;
using Xunit;

namespace Sentinel.Gateway.Tests.Sessions;

public sealed class SessionSealTests
{
    private const string Id = "3f6e1b2c-77a1-4c6e-9d0e-5a4b3c2d1e0f";

    private static readonly SessionOwner Owner = new("github", "https://idp.example", "alice");
    private static readonly byte[] OldKey = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] NewKey = RandomNumberGenerator.GetBytes(32);
    private static readonly SessionSeal Seal = new([OldKey]);

    public static TheoryData<string, string?, string> OtherOwners { get; } = new()
    {
        { "github", "https://idp.example", "bob" },
        { "github", "https://idp.example", "Alice" },
        { "github", "https://other.example", "alice" },
        { "github", "", "alice" },
        { "github", null, "alice" },
        { "github", null, "https://idp.examplealice" },
        { "github", "https://idp.examplea", "lice" },
        { "githubhttps://idp.example", "", "alice" },
        { "jira", "https://idp.example", "alice" },
        { "GitHub", "https://idp.example", "alice" },
        { "github", "https://idp.example", "alice\0" },
        { "", "https://idp.example", "alice" },
    };

    [Theory]
    [InlineData("a", Id)]
    [InlineData("ziel-ä", "!")]
    [InlineData("", "~!visible~ASCII_-1")]
    public void What_was_sealed_opens_for_its_owner(string destination, string id)
    {
        var text = Seal.Seal(SealKind.Session, Owner, destination, id)!;

        Assert.Equal(new OpenedSession(text, destination, id), Seal.Open(SealKind.Session, Owner, text));
    }

    [Fact]
    public void It_is_visible_ASCII_without_the_id_in_it_and_different_each_time()
    {
        var texts = Enumerable.Range(0, 100).Select(_ => Sealed()).ToList();

        Assert.All(texts, text => Assert.Matches("^[A-Za-z0-9_-]+$", text));
        Assert.All(texts, text => Assert.DoesNotContain(Id, text, StringComparison.Ordinal));
        Assert.Equal(texts.Count, texts.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [MemberData(nameof(OtherOwners))]
    public void It_does_not_open_for(string backend, string? issuer, string subject) =>
        Assert.Null(Seal.Open(SealKind.Session, new SessionOwner(backend, issuer, subject), Sealed()));

    [Fact]
    public void A_caller_without_issuer_is_not_one_with_an_empty_name()
    {
        var text = Seal.Seal(SealKind.Session, Owner with { Issuer = null }, "a", Id)!;

        Assert.NotNull(Seal.Open(SealKind.Session, Owner with { Issuer = null }, text));
        Assert.Null(Seal.Open(SealKind.Session, Owner with { Issuer = "" }, text));
    }

    [Fact]
    public void Owners_of_any_length_are_told_apart_to_their_end()
    {
        var owner = Owner with { Subject = new string('s', 100_000) };
        var text = Seal.Seal(SealKind.Session, owner, "a", Id)!;

        Assert.NotNull(Seal.Open(SealKind.Session, owner, text));
        Assert.Null(Seal.Open(SealKind.Session, owner with { Subject = new string('s', 99_999) + "t" }, text));
    }

    [Fact]
    public void A_session_is_no_endpoint_and_the_other_way_round()
    {
        Assert.Null(Seal.Open(SealKind.Endpoint, Owner, Sealed()));
        Assert.Null(Seal.Open(SealKind.Session, Owner, Seal.Seal(SealKind.Endpoint, Owner, "a", "/m?s=1")!));
    }

    [Fact]
    public void No_character_can_be_any_other()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=%. \t,~é";

        // Three lengths, because the last character has bits that no byte needs in two of them.
        foreach (var id in new[] { "id", "id1", "id12" })
        {
            var text = Seal.Seal(SealKind.Session, Owner, "a", id)!;
            for (var i = 0; i < text.Length; i++)
            {
                foreach (var other in Alphabet.Where(c => c != text[i]))
                {
                    var altered = text[..i] + other + text[(i + 1)..];
                    Assert.True(Seal.Open(SealKind.Session, Owner, altered) is null, altered);
                }
            }
        }
    }

    [Fact]
    public void Nothing_can_be_cut_off_put_in_or_spelled_otherwise()
    {
        var text = Sealed();

        Assert.All(Enumerable.Range(0, text.Length), length =>
        {
            Assert.Null(Seal.Open(SealKind.Session, Owner, text[..length]));
            Assert.Null(Seal.Open(SealKind.Session, Owner, text[(length + 1)..]));
            Assert.Null(Seal.Open(SealKind.Session, Owner, text.Insert(length, " ")));
            Assert.Null(Seal.Open(SealKind.Session, Owner, text.Insert(length, "A")));
        });
        Assert.All(
            ["=", "==", "\n", "%", new string('A', 5000)],
            end => Assert.Null(Seal.Open(SealKind.Session, Owner, text + end)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a\u007F")]
    [InlineData("ä")]
    public void An_id_that_no_server_may_give_is_not_sealed(string id) =>
        Assert.Null(Seal.Seal(SealKind.Session, Owner, "a", id));

    [Fact]
    public void What_grows_too_long_is_not_sealed_and_what_is_sealed_opens()
    {
        var lengths = Enumerable.Range(2900, 300)
            .Select(length => Seal.Seal(SealKind.Session, Owner, "a", new string('x', length)))
            .ToList();

        Assert.Equal(SessionSeal.SealedCharsMax, lengths.Max(text => text?.Length));
        Assert.Contains(null, lengths);
        Assert.All(
            lengths.OfType<string>(),
            text => Assert.NotNull(Seal.Open(SealKind.Session, Owner, text)));
        Assert.Null(Seal.Seal(SealKind.Session, Owner, new string('d', 100_000), Id));
    }

    [Fact]
    public void With_a_new_key_in_front_old_sessions_open_and_new_ones_need_it()
    {
        var rotated = new SessionSeal([NewKey, OldKey]);
        var old = Sealed();
        var fresh = rotated.Seal(SealKind.Session, Owner, "a", Id)!;

        Assert.NotNull(rotated.Open(SealKind.Session, Owner, old));
        Assert.NotNull(rotated.Open(SealKind.Session, Owner, fresh));
        Assert.Null(Seal.Open(SealKind.Session, Owner, fresh));
        Assert.NotNull(new SessionSeal([NewKey]).Open(SealKind.Session, Owner, fresh));
        Assert.Null(new SessionSeal([NewKey]).Open(SealKind.Session, Owner, old));
    }

    [Fact]
    public void Many_threads_share_one_seal() =>
        Parallel.For(0, 20_000, i =>
        {
            var owner = Owner with { Subject = $"s{i}" };
            var text = Seal.Seal(SealKind.Session, owner, "a", $"id-{i}")!;
            Assert.Equal($"id-{i}", Seal.Open(SealKind.Session, owner, text)?.Id);
        });

    [Fact]
    public void None_of_a_hundred_thousand_altered_texts_opens()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var text = Sealed();
        var other = Seal.Seal(SealKind.Session, Owner with { Subject = "bob" }, "b", "another-id")!;
        for (var i = 0; i < 100_000; i++)
        {
            var altered = Alter(random, text, other);
            Assert.True(
                altered == text || Seal.Open(SealKind.Session, Owner, altered) is null,
                $"seed {seed}, step {i}: {altered}");
        }

        Assert.NotNull(Seal.Open(SealKind.Session, Owner, text));
    }

    private static string Alter(Random random, string text, string other)
    {
        var at = random.Next(text.Length);
        switch (random.Next(6))
        {
            case 0:
                return text[..at] + other[Math.Min(at, other.Length)..];
            case 1:
                return text.Remove(at, random.Next(1, text.Length - at + 1));
            case 2:
                return text.Insert(at, ((char)random.Next(0x21, 0x7F)).ToString());
            case 3:
                return other[..random.Next(other.Length)] + text[at..];
            default:
                var chars = text.ToCharArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                {
                    chars[random.Next(chars.Length)] = (char)random.Next(0x21, 0x7F);
                }

                return new string(chars);
        }
    }

    private static string Sealed() => Seal.Seal(SealKind.Session, Owner, "a", Id)!;
}
