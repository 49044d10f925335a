using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Sentinel.Tests.Shared;

/// <summary>A private PostgreSQL cluster in a temporary folder, for one test assembly or one test.</summary>
/// <remarks>
/// The server hangs on a shell that reads from this process: however this process ends, the shell's input ends with
/// it, and the shell then kills the postmaster, whose backends go with it.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Supervise = "\"$@\" </dev/null & child=$!; read -r _; kill -KILL $child; wait $child";
    private const string User = "postgres";

    private readonly string _binaries;
    private readonly string _folder;
    private readonly bool _fsync;
    private Process? _supervisor;
    private int _databases;

    private PostgresServer(bool fsync, string? dataParent = null)
    {
        _binaries = FindBinaries() ?? throw new InvalidOperationException("Ask Requires.Postgres() first.");
        _fsync = fsync;
        _folder = Directory.CreateTempSubdirectory("sentinel-pg-").FullName;
        DataFolder = Path.Combine(dataParent ?? _folder, "data");
        Port = FreePort.Take();
    }

    /// <summary>The loopback port.</summary>
    public int Port { get; }

    private string DataFolder { get; }

    /// <summary>The newest installed PostgreSQL's programs, or null.</summary>
    public static string? FindBinaries()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var debian = versions
            .OrderByDescending(v => int.TryParse(Path.GetFileName(v), CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Select(version => Path.Combine(version, "bin"));
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return debian.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb"))
            && File.Exists(Path.Combine(folder, "postgres")));
    }

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="fsync">Whether it waits for the disk.</param>
    /// <param name="dataParent">Where its data goes, all of it, in as few bytes as it can; null: beside the rest.</param>
    public static async Task<PostgresServer> CreateAsync(bool fsync = false, string? dataParent = null)
    {
        var server = new PostgresServer(fsync, dataParent);
        await server.OwnFolderAsync();
        string[] small = dataParent is null ? [] : ["--wal-segsize=1"];
        await RunAsync(server.AsServerUser(
            "initdb",
            ["-D", server.DataFolder, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", .. small]));
        await server.StartAsync();
        return server;
    }

    /// <summary>Makes a standby that follows this server, and starts it.</summary>
    public async Task<PostgresServer> CreateStandbyAsync()
    {
        var standby = new PostgresServer(_fsync);
        await standby.OwnFolderAsync();
        await RunAsync(standby.AsServerUser(
            "pg_basebackup", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User,
            "-D", standby.DataFolder, "-R", "-X", "stream", "-c", "fast", "--no-sync"));
        await standby.StartAsync();
        return standby;
    }

    /// <summary>A standby takes in nothing more of what its primary writes.</summary>
    public async Task StopFollowingAsync()
    {
        await ExecuteAsync(User, "ALTER SYSTEM SET primary_conninfo = ''");
        await ExecuteAsync(User, "SELECT pg_reload_conf()");
        await Eventually.TrueAsync(
            async () => (await QueryAsync<long>(User, "SELECT count(*) FROM pg_stat_wal_receiver"))[0] == 0,
            "the standby has let go of its primary");
    }

    /// <summary>A standby becomes a primary: what it has by now is what counts.</summary>
    public Task PromoteAsync() => ExecuteAsync(User, "SELECT pg_promote()");

    /// <summary>A connection string for a database of this cluster.</summary>
    public string ConnectionString(string database, int? port = null) => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={port ?? Port};Username={User};Database={database};"
        + $"Timeout=5;SslMode=Disable;GssEncryptionMode=Disable");

    /// <summary>Makes an empty database and returns its name.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(User, $"CREATE DATABASE {name}");
        return name;
    }

    /// <summary>Makes a folder that the server may write.</summary>
    public async Task<string> MakeFolderAsync(string path)
    {
        await RunAsync(AsServerUserProgram("mkdir", path));
        return path;
    }

    /// <summary>Runs SQL on a connection of its own.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of a query's rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<T>();
        while (await reader.ReadAsync())
        {
            values.Add(await reader.GetFieldValueAsync<T>(0));
        }

        return values;
    }

    /// <summary>Starts the server again, on the same port.</summary>
    public async Task StartAsync()
    {
        var fsync = _fsync ? "on" : "off";
        var arguments = AsServerUser(
            "postgres", "-D", DataFolder, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-k", _folder, "-c", $"fsync={fsync}", "-c", "max_connections=50", "-c", "shared_buffers=32MB");
        _supervisor = Launch(["sh", "-c", Supervise, "sh", .. arguments], redirectInput: true);
        _ = _supervisor.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = _supervisor.StandardError.BaseStream.CopyToAsync(Stream.Null);
        await Eventually.TrueAsync(IsAnsweringAsync, "PostgreSQL answers");
    }

    /// <summary>Stops the server: at once, as after a crash, or when its transactions are rolled back.</summary>
    public async Task StopAsync(bool immediate = true)
    {
        if (_supervisor is null)
        {
            return;
        }

        if (PostmasterPid() is { } postmaster)
        {
            Signals.Send(postmaster, immediate ? Signals.Quit : Signals.Interrupt);
            await Eventually.TrueAsync(() => PostmasterPid() is null, "PostgreSQL stops");
        }

        await EndSupervisorAsync();
    }

    /// <summary>Kills the server where it stands (SIGKILL).</summary>
    public async Task KillAsync()
    {
        var postmaster = PostmasterPid() ?? throw new InvalidOperationException("The server is not running.");
        foreach (var child in Signals.ChildrenOf(postmaster))
        {
            Signals.Send(child, Signals.Kill);
        }

        await EndSupervisorAsync();
    }

    /// <summary>Starts the server again if it has gone down.</summary>
    public async Task EnsureStartedAsync()
    {
        if (PostmasterPid() is null)
        {
            await StopAsync();
            await StartAsync();
        }
    }

    /// <summary>Stops every process of the server where it stands; the kernel still takes connections for it.</summary>
    public void Freeze()
    {
        var postmaster = PostmasterPid() ?? throw new InvalidOperationException("The server is not running.");
        Signals.Send(postmaster, Signals.Stop);
        foreach (var child in Signals.ChildrenOf(postmaster))
        {
            Signals.Send(child, Signals.Stop);
        }
    }

    /// <summary>Lets a frozen server go on.</summary>
    public void Thaw()
    {
        if (PostmasterPid() is not { } postmaster)
        {
            return;
        }

        foreach (var child in Signals.ChildrenOf(postmaster))
        {
            Signals.Send(child, Signals.Continue);
        }

        Signals.Send(postmaster, Signals.Continue);
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // It kills the postmaster, where that has not ended.
    private async Task EndSupervisorAsync()
    {
        _supervisor!.StandardInput.Close();
        await _supervisor.WaitForExitAsync();
        _supervisor.Dispose();
        _supervisor = null;
    }

    private async Task OwnFolderAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", User, _folder);
        }
    }

    // PostgreSQL refuses to run as root.
    private string[] AsServerUser(string program, params string[] arguments) =>
        AsServerUserProgram(Path.Combine(_binaries, program), arguments);

    private static string[] AsServerUserProgram(string program, params string[] arguments)
    {
        string[] command = [program, .. arguments];
        return Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", "--", .. command]
            : command;
    }

    private int? PostmasterPid()
    {
        var file = Path.Combine(DataFolder, "postmaster.pid");
        try
        {
            var pid = int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture);
            return Directory.Exists($"/proc/{pid}") ? pid : null;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task<bool> IsAnsweringAsync()
    {
        try
        {
            await ExecuteAsync(User, "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Launch(command, redirectInput: false);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {await output} {error}");
        }
    }

    private static Process Launch(string[] command, bool redirectInput) =>
        Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
}
