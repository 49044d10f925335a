namespace Sentinel.Gateway.Mcp;

/// <summary>A method that some live revision defines for clients to send.</summary>
/// <param name="Name">As it stands in <c>method</c>.</param>
/// <param name="IsRequest">Whether it is sent with an id; otherwise it is a notification.</param>
/// <param name="Target">Which of its params names what it acts on.</param>
/// <param name="Index">Its place in <see cref="McpMethods.All"/>.</param>
internal sealed record McpMethod(string Name, bool IsRequest, TargetKey Target, int Index);

/// <summary>The members of <c>params</c> that name what a method acts on; authorization needs them.</summary>
internal enum TargetKey
{
    None,

    /// <summary><c>name</c>: a tool or prompt.</summary>
    Name,

    /// <summary><c>uri</c>: a resource.</summary>
    Uri,

    /// <summary><c>taskId</c>.</summary>
    TaskId,

    /// <summary><c>ref</c>: a prompt's name or a resource's URI template.</summary>
    Ref,

    /// <summary><c>requestId</c>: an earlier request of the same client.</summary>
    RequestId,
}
