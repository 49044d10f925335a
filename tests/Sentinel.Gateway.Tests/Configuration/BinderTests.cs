using System.ComponentModel.DataAnnotations;
using System.Text;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Json;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>What the binder can do for options that are still to come.</summary>
public sealed class BinderTests
{
    [Fact]
    public void Times_longs_nullables_maps_and_lists_of_records_are_bound()
    {
        var sample = Bind(
            """
            { "Must": "x", "At": "2027-01-01T02:00:00+02:00", "Many": 9007199254740993, "Maybe": 3, "Text": null,
              "PerTool": { "a/b": 60, "A b": 1 }, "Inner": [{ "Flag": true }, {}] }
            """,
            out var faults);

        Assert.Empty(faults);
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), sample.At);
        Assert.Equal(9007199254740993, sample.Many);
        Assert.Equal(3, sample.Maybe);
        Assert.Null(sample.Text);
        Assert.Equal(60, sample.PerTool["a/b"]);
        Assert.Equal(["a/b", "A b"], sample.PerTool.Keys);
        Assert.Equal([true, false], sample.Inner.Select(inner => inner.Flag));
    }

    [Theory]
    [InlineData("2027-01-01")]
    [InlineData("2027-01-01T00:00:00")]
    [InlineData("2027-13-01T00:00:00Z")]
    [InlineData("01/02/2027 00:00:00 Z")]
    [InlineData("tomorrow")]
    public void A_time_without_its_offset_is_refused(string time)
    {
        Bind($$"""{ "Must": "x", "At": "{{time}}" }""", out var faults);

        Assert.Equal(
            $"$.At (line 1): '{time}' is not allowed here; "
                + "write a time with its offset, for example \"2027-01-01T00:00:00Z\"",
            Assert.Single(faults).ToString());
    }

    [Theory]
    [InlineData("2027-01-01T00:00:00Z")]
    [InlineData("2027-01-01T00:00:00.25Z")]
    [InlineData("2026-12-31T19:00:00-05:00")]
    public void A_time_with_its_offset_is_taken(string time)
    {
        var sample = Bind($$"""{ "Must": "x", "At": "{{time}}" }""", out var faults);

        Assert.Empty(faults);
        Assert.Equal(2027, sample.At.Year);
    }

    [Theory]
    [InlineData("{}", "$ (line 1): the key Must is missing; write a text in quotes")]
    [InlineData("{ \"Must\": \"\" }", "$.Must (line 1): Must is empty; write a text")]
    [InlineData(
        "{ \"Must\": null }",
        "$.Must (line 1): null is not allowed here; leave the key out or write a text in quotes")]
    public void A_required_key_is_asked_for(string json, string expected)
    {
        Bind(json, out var faults);

        Assert.Equal(expected, Assert.Single(faults).ToString());
    }

    [Fact]
    public void A_number_without_a_stated_range_has_its_types_limits()
    {
        Bind("""{ "Must": "x", "Maybe": 2147483648 }""", out var faults);

        Assert.Equal(
            "$.Maybe (line 1): '2147483648' is out of range; write a number from -2147483648 to 2147483647",
            Assert.Single(faults).ToString());
    }

    [Fact]
    public void A_type_that_json_cannot_write_is_a_bug_found_at_once() =>
        Assert.Throws<NotSupportedException>(() => ValueShape.Of(typeof(Uri)));

    [Fact]
    public void What_was_bound_cannot_be_changed()
    {
        var sample = Bind("""{ "Must": "x", "PerTool": { "a": 1 }, "Inner": [{}] }""", out _);

        Assert.Throws<NotSupportedException>(() => ((IList<Nested>)sample.Inner).Clear());
        Assert.Throws<NotSupportedException>(() => ((IDictionary<string, int>)sample.PerTool).Clear());
    }

    [Fact]
    public void Every_key_of_the_file_is_described_and_can_be_written()
    {
        var undescribed = new List<string>();
        Visit(typeof(SentinelOptions), "$.Sentinel", undescribed);

        Assert.DoesNotContain(undescribed, path => !path.StartsWith("$.Sentinel.Audit.", StringComparison.Ordinal));
    }

    private static void Visit(Type type, string shape, List<string> undescribed)
    {
        foreach (var key in RecordShape.Of(type).Keys)
        {
            var path = $"{shape}.{key.Name}";
            if (key.Description is null)
            {
                undescribed.Add(path);
            }

            var (value, below) = (key.Value, path);
            while (value.Element is not null)
            {
                below += value.Kind == ShapeKind.List ? "[]" : ".*";
                value = ValueShape.Of(value.Element);
            }

            if (value.Kind == ShapeKind.Record)
            {
                Visit(value.Type, below, undescribed);
            }
        }
    }

    private static Sample Bind(string json, out IReadOnlyList<ConfigurationFault> faults)
    {
        var collector = new FaultCollector();
        var root = JsonTree.Read(Encoding.UTF8.GetBytes(json), collector);
        var sample = new RecordBinder(collector).Bind<Sample>(root!);
        faults = collector.Sorted();
        return sample;
    }

    internal sealed record Sample
    {
        [Required]
        public string Must { get; init; } = "";

        public DateTimeOffset At { get; init; }

        public long Many { get; init; }

        public int? Maybe { get; init; }

        public string? Text { get; init; } = "default";

        public IReadOnlyDictionary<string, int> PerTool { get; init; } = new Dictionary<string, int>();

        public IReadOnlyList<Nested> Inner { get; init; } = [];
    }

    internal sealed record Nested
    {
        public bool Flag { get; init; }
    }
}
