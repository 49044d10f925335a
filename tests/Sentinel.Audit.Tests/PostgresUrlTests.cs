using Npgsql;
using Sentinel.Audit.Stores;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class PostgresUrlTests
{
    private const string Secret = "s3cr3t";

    [Theory]
    [InlineData("postgres://u:p@h:5433/db", "h", 5433, "db", "u", "p")]
    [InlineData("postgresql://u:p@h/db", "h", 5432, "db", "u", "p")]
    [InlineData("POSTGRES://h", "h", 5432, null, null, null)]
    [InlineData("postgres://u@h/", "h", 5432, null, "u", null)]
    [InlineData("postgres://u%40corp:p%2F%3A%25%3F@h/d%20b", "h", 5432, "d b", "u@corp", "p/:%?")]
    [InlineData("postgres://u:p@ss@h/db", "h", 5432, "db", "u", "p@ss")]
    [InlineData("postgres://u:a:b@h/db", "h", 5432, "db", "u", "a:b")]
    [InlineData("postgres://u:p@[2001:db8::1]:6000/db", "2001:db8::1", 6000, "db", "u", "p")]
    [InlineData("postgres://u:p@[::1]/db", "::1", 5432, "db", "u", "p")]
    [InlineData("  postgres://u:p@h/db\n", "h", 5432, "db", "u", "p")]
    [InlineData("postgres://u@/db?host=/var/run/postgresql", "/var/run/postgresql", 5432, "db", "u", null)]
    [InlineData("Host=h;Port=6000;Database=db;Username=u;Password=p=;", "h", 6000, "db", "u", "p=")]
    public void Reads(string url, string host, int port, string? database, string? user, string? password)
    {
        var settings = PostgresUrl.Parse(url, "X");

        Assert.Equal(
            (host, port, database, user, password),
            (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password));
        Assert.Equal("sentinel", settings.ApplicationName);
    }

    [Fact]
    public void Maps_parameters()
    {
        var settings = PostgresUrl.Parse(
            "postgres://h/db?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&application_name=audit&connect_timeout=7",
            "X");

        Assert.Equal(SslMode.VerifyFull, settings.SslMode);
        Assert.Equal("/etc/ca.pem", settings.RootCertificate);
        Assert.Equal("audit", settings.ApplicationName);
        Assert.Equal(7, settings.Timeout);
    }

    [Theory]
    [InlineData("mysql://u:s3cr3t@h/db", "scheme")]
    [InlineData("postgres://", "no host")]
    [InlineData("postgres://u:s3cr3t@/db", "no host")]
    [InlineData("postgres://:s3cr3t@h/db", "user's name")]
    [InlineData("postgres://u:s3cr3t@h:port/db", "port")]
    [InlineData("postgres://u:s3cr3t@h:0/db", "port")]
    [InlineData("postgres://u:s3cr3t@h:65536/db", "port")]
    [InlineData("postgres://u:s3cr3t@h:/db", "port")]
    [InlineData("postgres://u:s3cr3t@h:-1/db", "port")]
    [InlineData("postgres://u:s3cr3t/x@h/db", "%2F")]
    [InlineData("postgres://u:s3cr3t#x@h/db", "%23")]
    [InlineData("postgres://u:s3cr3t%@h/db", "%25")]
    [InlineData("postgres://u:s3cr3t%zz@h/db", "%25")]
    [InlineData("postgres://u:s3cr3t%00@h/db", "%00")]
    [InlineData("postgres://u:s3cr3t@h1,h2/db", "several hosts")]
    [InlineData("postgres://u:s3cr3t@[::1/db", "IPv6")]
    [InlineData("postgres://u:s3cr3t@[h]/db", "IPv6")]
    [InlineData("postgres://u:s3cr3t@[::1]x/db", "port")]
    [InlineData("postgres://u:s3cr3t@h/a/b", "%2F")]
    [InlineData("postgres://u:s3cr3t@h/db?sslmod=require", "known are sslmode")]
    [InlineData("postgres://u:s3cr3t@h/db?sslmode=on", "sslmode is none of")]
    [InlineData("postgres://u:s3cr3t@h/db?sslmode=", "no value")]
    [InlineData("postgres://u:s3cr3t@h/db?sslmode", "no value")]
    [InlineData("postgres://u:s3cr3t@h/db?sslmode=require&sslmode=disable", "twice")]
    [InlineData("postgres://u:s3cr3t@h/db?connect_timeout=soon", "connect_timeout")]
    [InlineData("postgres://u:x?s3cr3t@h/db", "port")]
    [InlineData("Username=u;Password=s3cr3t", "no host")]
    [InlineData("Host=h;Password=x;s3cr3t=y", "unknown")]
    [InlineData("Host=h;Port=s3cr3t", "cannot be read")]
    [InlineData("s3cr3t", "cannot be read")]
    public void Refuses_and_says_why_without_the_password(string url, string part)
    {
        var fault = Assert.Throws<AuditConfigurationException>(
            () => PostgresUrl.Parse(url, "The environment variable DATABASE_URL"));

        Assert.StartsWith("The environment variable DATABASE_URL does not hold a PostgreSQL URL", fault.Message);
        Assert.Contains(part, fault.Message);
        Assert.DoesNotContain(Secret, fault.ToString());
    }
}
