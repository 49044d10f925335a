using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Management.Telemetry;

/// <summary>What the section says, as the exporters take it; what it does not say, OTEL_* variables may.</summary>
internal static class OtlpSettings
{
    public static void Apply(OtlpExporterOptions options, TelemetryOptions telemetry, string signalPath)
    {
        options.Protocol = telemetry.Protocol switch
        {
            OtlpWire.Grpc => OtlpExportProtocol.Grpc,
            OtlpWire.HttpProtobuf => OtlpExportProtocol.HttpProtobuf,
            _ => options.Protocol,
        };

        // Given an address in code, the exporter takes it as it is.
        var endpoint = telemetry.OtlpEndpoint!.Text;
        options.Endpoint = new Uri(
            options.Protocol == OtlpExportProtocol.Grpc ? endpoint : $"{endpoint}/{signalPath}");
    }

    /// <summary>Who sends. Variables, read last, may say it better.</summary>
    public static void Describe(ResourceBuilder resource) => resource
        .AddService("sentinel", serviceVersion: ReplicaMetrics.Version, autoGenerateServiceInstanceId: true)
        .AddEnvironmentVariableDetector();
}
