using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Audit.Journal;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>Adds the audit trail to any host.</summary>
public static class AuditServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="AuditChannel"/> and the writer behind it. An unreachable PostgreSQL neither stops nor
    /// delays the host's start.
    /// </summary>
    /// <param name="services">The host's services; logging must be among them.</param>
    /// <param name="options">How calls are recorded.</param>
    /// <param name="instance">Who writes, as the rows say it; by default the machine's name and the process id.</param>
    /// <exception cref="AuditConfigurationException">
    /// An option cannot work as written. Thrown at the host's start where only opening the store can tell.
    /// </exception>
    /// <example><code>
    /// var builder = Host.CreateApplicationBuilder(args);
    /// builder.Services.AddSentinelAudit(new AuditOptions { Store = AuditStoreKind.Sqlite });
    /// using var host = builder.Build();
    /// await host.StartAsync();
    /// host.Services.GetRequiredService&lt;AuditChannel&gt;().TryWrite(entry);
    /// </code></example>
    public static IServiceCollection AddSentinelAudit(
        this IServiceCollection services,
        AuditOptions options,
        string? instance = null) =>
        services.AddSentinelAudit(options, instance, Environment.GetEnvironmentVariable, new AuditTimings());

    internal static IServiceCollection AddSentinelAudit(
        this IServiceCollection services,
        AuditOptions options,
        string? instance,
        Func<string, string?> environment,
        AuditTimings timings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        if (options.RetentionDays is > 0 and < AuditOptions.RetentionDaysMin)
        {
            throw new AuditConfigurationException(
                $"Audit.RetentionDays must be 0 or at least {AuditOptions.RetentionDaysMin}.");
        }

        var choice = StoreChoice.Decide(options, environment);
        var opening = OpeningOf(options);
        if (choice.Kind is null && choice.MissingVariable is { } variable && opening is { IsRequired: true })
        {
            throw new AuditConfigurationException(
                $"{variable} is not set, and Audit.Guarantee or Audit.StrictFor demands that no call goes "
                + "unrecorded: set it, choose another Audit.Store, or another Audit.Guarantee.");
        }

        instance ??= string.Create(
            CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new AuditCounters(
            provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new AuditArguments(options));
        services.AddSingleton(provider => new AuditChannel(
            options.Channel.Capacity,
            provider.GetRequiredService<AuditCounters>(),
            new AuditHealth(choice.Kind is not null, choice.Name),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AuditChannel>>(),
            options.Guarantee,
            provider.GetRequiredService<AuditArguments>()));
        services.AddSingleton<IHostedService>(provider => new StoreNotice(
            choice, options, provider.GetRequiredService<ILogger<StoreNotice>>()));
        if (choice.Kind is not null)
        {
            services.AddSingleton(provider => new AuditWriter(
                provider.GetRequiredService<AuditChannel>(),
                CreateStore(
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILoggerFactory>(),
                    choice,
                    options,
                    timings),
                options.Batch,
                instance,
                timings,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<AuditWriter>>(),
                opening));
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AuditWriter>());
        }

        return services;
    }

    internal static JournalOpening? OpeningOf(AuditOptions options)
    {
        var isRequired = options.Guarantee == AuditGuarantee.Strict || options.StrictFor.Count > 0;
        return options.Guarantee == AuditGuarantee.BestEffort && !isRequired
            ? null
            : new JournalOpening(
                options.Journal.Path,
                new JournalLimits(options.Journal.MaxBytes, TimeSpan.FromSeconds(options.Journal.KeepSeconds)),
                isRequired);
    }

    /// <exception cref="AuditConfigurationException">No store is chosen.</exception>
    internal static IAuditStore CreateStore(
        TimeProvider time,
        ILoggerFactory logging,
        StoreChoice choice,
        AuditOptions options,
        AuditTimings timings)
    {
        return choice.Postgres is { } settings
            ? new PostgresAuditStore(
                settings,
                options.Migrate,
                options.RetentionDays,
                timings,
                time,
                logging.CreateLogger<PostgresAuditStore>())
            : new SqliteAuditStore(
                options.Sqlite.Path, options.RetentionDays, time, logging.CreateLogger<SqliteAuditStore>());
    }

    private static void Validate(AuditOptions options)
    {
        var faults = new List<ValidationResult>();
        (string Path, object Section)[] sections =
        [
            ("Audit", options), ("Audit.Postgres", options.Postgres), ("Audit.Sqlite", options.Sqlite),
            ("Audit.Channel", options.Channel), ("Audit.Batch", options.Batch), ("Audit.Journal", options.Journal),
        ];
        foreach (var (path, section) in sections)
        {
            faults.Clear();
            if (!Validator.TryValidateObject(section, new ValidationContext(section), faults, true))
            {
                throw new AuditConfigurationException(
                    $"{path}: {string.Join(" ", faults.Select(fault => fault.ErrorMessage))}");
            }
        }
    }
}
