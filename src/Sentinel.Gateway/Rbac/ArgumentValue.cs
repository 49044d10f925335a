using System.Text;
using System.Text.Json;

namespace Sentinel.Gateway.Rbac;

/// <summary>A text, number, boolean or null of proxy.json that an argument is compared with.</summary>
/// <param name="Kind">String, Number, True, False or Null.</param>
/// <param name="Text">The text, or the number as it is spelled.</param>
internal sealed record ArgumentValue(JsonValueKind Kind, string Text)
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Text);
}
