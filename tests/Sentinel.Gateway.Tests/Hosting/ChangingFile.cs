namespace Sentinel.Gateway.Tests.Hosting;

/// <summary>A proxy.json that is rewritten, truncated, replaced and removed, as people and programs do it.</summary>
internal sealed class ChangingFile(string path, string[] valid, string[] broken, int seed)
{
    private readonly Random _random = new(seed);

    // Completed and replaced now and then: what waits for it has lived through many changes.
    private TaskCompletionSource _passage = New();

    public int Changes { get; private set; }

    /// <summary>Completes after further changes.</summary>
    public Task FurtherChanges => Volatile.Read(ref _passage).Task;

    /// <summary>Changes the file every so often, until it is told to stop; the last change is a valid file.</summary>
    public async Task ChangeAsync(TimeSpan interval, int changesInPassage, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval);
        while (!stop.IsCancellationRequested)
        {
            await ChangeAsync();
            if (++Changes % changesInPassage == 0)
            {
                Interlocked.Exchange(ref _passage, New()).SetResult();
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        await File.WriteAllTextAsync(path, valid[0], CancellationToken.None);
        Volatile.Read(ref _passage).SetResult();
    }

    private async Task ChangeAsync()
    {
        var content = _random.Next(3) == 0 ? Pick(broken) : Pick(valid);
        switch (_random.Next(8))
        {
            case 0:
                await File.WriteAllTextAsync(path, content[..(content.Length / 2)]);
                break;
            case 1:
                await File.WriteAllTextAsync(path, "");
                break;
            case 2:
                File.Delete(path);
                break;
            case 3:
                await RewriteSlowlyAsync(content);
                break;
            case 4:
                // As Kubernetes does: a link that is moved from one file to the next.
                var target = $"{path}.{Changes}";
                await File.WriteAllTextAsync(target, content);
                File.CreateSymbolicLink($"{path}.link", target);
                File.Move($"{path}.link", path, overwrite: true);
                break;
            case 5:
                await File.WriteAllTextAsync(path, content);
                break;
            default:
                await File.WriteAllTextAsync($"{path}.next", content);
                File.Move($"{path}.next", path, overwrite: true);
                break;
        }
    }

    private async Task RewriteSlowlyAsync(string content)
    {
        await using var writer = new StreamWriter(path);
        foreach (var piece in content.Chunk(1 + (content.Length / 5)))
        {
            await writer.WriteAsync(piece);
            await writer.FlushAsync();
            await Task.Yield();
        }
    }

    private string Pick(string[] contents) => contents[_random.Next(contents.Length)];

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
