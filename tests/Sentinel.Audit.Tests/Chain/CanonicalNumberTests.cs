using System.Text;
using Sentinel.Audit.Chain;
using Xunit;

namespace Sentinel.Audit.Tests.Chain;

public sealed class CanonicalNumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.00", "0.00")]
    [InlineData("1.10", "1.10")]
    [InlineData("1e2", "100")]
    [InlineData("1E+2", "100")]
    [InlineData("1.5e1", "15")]
    [InlineData("1.50e1", "15.0")]
    [InlineData("1.50e-1", "0.150")]
    [InlineData("12e-3", "0.012")]
    [InlineData("-12.5e-1", "-1.25")]
    [InlineData("0.001e3", "1")]
    [InlineData("0.0010e3", "1.0")]
    [InlineData("0e5", "0")]
    [InlineData("0.0e-2", "0.000")]
    [InlineData("9007199254740993", "9007199254740993")]
    public void Is_spelled_as_PostgreSQL_prints_it(string written, string printed)
    {
        var buffer = new CanonicalBuffer();

        CanonicalNumber.Write(Encoding.UTF8.GetBytes(written), buffer);

        Assert.Equal(printed, Encoding.UTF8.GetString(buffer.Written));
    }
}
