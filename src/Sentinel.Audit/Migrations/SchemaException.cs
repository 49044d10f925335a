namespace Sentinel.Audit.Migrations;

/// <summary>The schema is not as it must be, and a person has to act. The message says how.</summary>
public sealed class SchemaException : Exception
{
    /// <summary>Says what is wrong with the schema or with a script.</summary>
    public SchemaException(string message)
        : base(message)
    {
    }

    /// <summary>Says which script failed, and with what.</summary>
    public SchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
