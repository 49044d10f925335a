using Sentinel.Gateway.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>The Telemetry section: what may be written, and what is told of the rest.</summary>
public sealed class TelemetrySettingsTests
{
    private const string Url = "this is no collector's URL; write scheme, host and port without user name and query, "
        + "for example http://collector:4317";

    [Theory]
    [InlineData("\"OtlpEndpoint\": \"collector:4317\"", "OtlpEndpoint", Url)]
    [InlineData("\"OtlpEndpoint\": \"http://user:word@collector\"", "OtlpEndpoint", Url)]
    [InlineData("\"OtlpEndpoint\": \"http://collector?key=x\"", "OtlpEndpoint", Url)]
    [InlineData("\"OtlpEndpoint\": \"http://collector:99999\"", "OtlpEndpoint", Url)]
    [InlineData("\"OtlpEndpoint\": \"\"", "OtlpEndpoint", Url)]
    [InlineData("\"OtlpEndpoint\": true", "OtlpEndpoint", "this is a boolean; write a text in quotes")]
    [InlineData("\"Protocol\": \"http\"", "Protocol", "'http' is not allowed here; write one of Grpc, HttpProtobuf")]
    [InlineData("\"LogFormat\": \"json\"", "LogFormat", "'json' is not allowed here; write one of Text, Json")]
    [InlineData("\"Traces\": \"yes\"", "Traces", "this is a text; write true or false")]
    [InlineData("\"SamplePercent\": 101", "SamplePercent", "'101' is out of range; write a number from 0 to 100")]
    [InlineData("\"SamplePercent\": -1", "SamplePercent", "'-1' is out of range; write a number from 0 to 100")]
    [InlineData("\"SamplePercent\": 0.5", "SamplePercent", "'0.5' is not allowed here; write a whole number")]
    [InlineData("\"MaxToolLabels\": 10001", "MaxToolLabels", "'10001' is out of range; write a number from 0 to 10000")]
    [InlineData("\"OtlpEndPoint\": \"http://x\"", "OtlpEndPoint", "unknown key 'OtlpEndPoint'; keys are case-sensitive: write 'OtlpEndpoint'")]
    public async Task A_fault_is_told_with_its_path(string member, string key, string problem)
    {
        var result = await Reading.ReadAsync(Reading.OpenFile($$"""  "Telemetry": { {{member}} }"""));

        var fault = Assert.Single(result.Faults);
        Assert.Equal($"$.Sentinel.Telemetry.{key}", fault.Path);
        Assert.True(fault.ToString().EndsWith(problem, StringComparison.Ordinal), fault.ToString());
        Assert.DoesNotContain("   at ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_section_nothing_is_sent()
    {
        var telemetry = (await Reading.ReadValidAsync(Reading.OpenFile())).Sentinel.Telemetry;

        Assert.Equal(new TelemetryOptions(), telemetry);
        Assert.Null(telemetry.OtlpEndpoint);
        Assert.Equal((LogFormat.Text, 100), (telemetry.LogFormat, telemetry.MaxToolLabels));
    }

    [Theory]
    [InlineData("http://collector:4317")]
    [InlineData("https://[::1]:4318/otlp/")]
    public async Task Every_key_can_be_written(string endpoint)
    {
        var snapshot = await Reading.ReadValidAsync(Reading.OpenFile($$"""
              "Telemetry": { "OtlpEndpoint": "{{endpoint}}", "Protocol": "HttpProtobuf", "Traces": true, "Metrics": false,
                "Logs": false, "SamplePercent": 0, "MaxToolLabels": 0, "LogFormat": "Json" }
            """));

        Assert.Equal(
            new TelemetryOptions
            {
                OtlpEndpoint = CollectorUrl.Parse(endpoint, null),
                Protocol = OtlpWire.HttpProtobuf,
                Metrics = false,
                Logs = false,
                SamplePercent = 0,
                MaxToolLabels = 0,
                LogFormat = LogFormat.Json,
            },
            snapshot.Sentinel.Telemetry);
    }
}
