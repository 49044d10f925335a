using System.Buffers.Binary;
using System.Text;

namespace Sentinel.Tests.Shared.Otlp;

/// <summary>A message of protocol buffers, read by the numbers of its fields.</summary>
public sealed class ProtoMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public ProtoMessage(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var tag = TakeVarint(ref bytes);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add((number, TakeVarint(ref bytes), default));
                    break;
                case 1:
                    _fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span), default));
                    break;
                case 2:
                    _fields.Add((number, 0, Take(ref bytes, (int)TakeVarint(ref bytes))));
                    break;
                case 5:
                    _fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span), default));
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} of field {number}.");
            }
        }
    }

    public IEnumerable<ProtoMessage> Messages(int number) =>
        from field in _fields where field.Number == number select new ProtoMessage(field.Bytes);

    public ProtoMessage? Message(int number) => Messages(number).LastOrDefault();

    public bool Has(int number) => _fields.Exists(field => field.Number == number);

    public ulong Number(int number) => _fields.LastOrDefault(field => field.Number == number).Value;

    public double Real(int number) => BitConverter.UInt64BitsToDouble(Number(number));

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).Span);

    /// <summary>Key-value pairs, as OTLP's attributes are.</summary>
    public Dictionary<string, string> Attributes(int number) =>
        Messages(number).ToDictionary(pair => pair.Text(1), pair => Show(pair.Message(2)), StringComparer.Ordinal);

    private ReadOnlyMemory<byte> Bytes(int number) => _fields.LastOrDefault(field => field.Number == number).Bytes;

    /// <summary>OTLP's AnyValue, as text.</summary>
    public static string Show(ProtoMessage? value) => value switch
    {
        null => "",
        _ when value.Has(1) => value.Text(1),
        _ when value.Has(2) => value.Number(2) == 1 ? "true" : "false",
        _ when value.Has(3) => ((long)value.Number(3)).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ when value.Has(4) => value.Real(4).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => "",
    };

    private static ulong TakeVarint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length)
        {
            throw new InvalidDataException("The message ends too early.");
        }

        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
