namespace Sentinel.Gateway.Mcp;

/// <summary>What a scanner keeps of one message without a method: as much as an outcome needs.</summary>
internal sealed class ScannedMessage
{
    /// <summary>
    /// How many raw bytes are kept of a value that is short where it is known: the longest is <c>input_required</c>,
    /// and a server may spell each letter as \uXXXX.
    /// </summary>
    public const int ShortValueBytesMax = 96;

    // A character takes at most six bytes, as \uXXXX; so an id in an answer may be longer than it was in the request.
    private const int IdBytesMax = 6 * JsonRpcId.BytesMax;
    private const int TextBytesMax = 6 * Answer.TextChars;

    private CapturedValue _id;
    private CapturedValue _error;
    private CapturedValue _errorCode;
    private CapturedValue _errorText;
    private CapturedValue _isError;
    private CapturedValue _resultType;
    private CapturedValue _task;
    private CapturedValue _contentText;
    private bool _hasResult;

    public ref readonly CapturedValue Id => ref _id;

    /// <summary>Whether this is a response: it has a result or an error.</summary>
    public bool IsResponse => _hasResult || IsError;

    /// <summary>Whether this is an error that names no request.</summary>
    public bool IsErrorWithoutId => IsError && (!_id.IsPresent || _id.IsNull);

    /// <summary>Whether the result's content has had a text.</summary>
    public bool HasContentText => _contentText.IsString;

    // JSON-RPC libraries that write every member write "error":null beside a result.
    private bool IsError => _error.IsPresent && !_error.IsNull;

    /// <summary>What the message says of its request.</summary>
    public Answer ToAnswer()
    {
        if (IsError)
        {
            return new Answer(AnswerKind.ProtocolError, _errorCode.ToInt32(), _errorText.ToText(Answer.TextChars));
        }

        if (_isError.Is("true"u8))
        {
            return new Answer(AnswerKind.ToolError, null, _contentText.ToText(Answer.TextChars));
        }

        if (!_resultType.IsPresent || _resultType.IsNull)
        {
            return _task.IsPresent && !_task.IsNull ? Answer.Task : Answer.Success;
        }

        return _resultType switch
        {
            _ when _resultType.IsText("complete"u8) => Answer.Success,
            _ when _resultType.IsText("input_required"u8) => Answer.InputRequired,
            _ when _resultType.IsText("task"u8) => Answer.Task,
            _ => new Answer(AnswerKind.UnknownResult, null, UnknownResultText()),
        };
    }

    public void Clear()
    {
        _id.Clear();
        ClearError();
        ClearResult();
    }

    /// <summary>Notes a key of the message itself.</summary>
    /// <returns>What its value is kept as.</returns>
    public KeptAs BeginMember(in CapturedValue key)
    {
        if (key.IsText("id"u8))
        {
            return KeptAs.Id;
        }

        if (key.IsText("result"u8))
        {
            ClearResult();
            _hasResult = true;
        }
        else if (key.IsText("error"u8))
        {
            ClearError();
            return KeptAs.Error;
        }

        return KeptAs.Nothing;
    }

    /// <summary>Notes a key of the result.</summary>
    /// <returns>What its value is kept as.</returns>
    public KeptAs BeginResultMember(in CapturedValue key)
    {
        if (key.IsText("content"u8))
        {
            _contentText.Clear();
            return KeptAs.Nothing;
        }

        return key switch
        {
            _ when key.IsText("isError"u8) => KeptAs.IsError,
            _ when key.IsText("resultType"u8) => KeptAs.ResultType,
            _ when key.IsText("task"u8) => KeptAs.Task,
            _ => KeptAs.Nothing,
        };
    }

    /// <summary>The value that is kept, and how many of its raw bytes.</summary>
    public ref CapturedValue Value(KeptAs keptAs, out int limit)
    {
        limit = ShortValueBytesMax;
        switch (keptAs)
        {
            case KeptAs.Id:
                limit = IdBytesMax;
                return ref _id;
            case KeptAs.Error:
                return ref _error;
            case KeptAs.ErrorCode:
                return ref _errorCode;
            case KeptAs.ErrorText:
                limit = TextBytesMax;
                return ref _errorText;
            case KeptAs.IsError:
                return ref _isError;
            case KeptAs.ResultType:
                return ref _resultType;
            case KeptAs.Task:
                return ref _task;
            default:
                limit = TextBytesMax;
                return ref _contentText;
        }
    }

    private void ClearError()
    {
        _error.Clear();
        _errorCode.Clear();
        _errorText.Clear();
    }

    private void ClearResult()
    {
        _hasResult = false;
        _isError.Clear();
        _resultType.Clear();
        _task.Clear();
        _contentText.Clear();
    }

    private string UnknownResultText() => _resultType.ToText(ShortValueBytesMax) is { } type
        ? $"Unknown resultType {type}."
        : "A resultType that is no text.";
}

/// <summary>What the value after a key is kept as.</summary>
internal enum KeptAs : byte
{
    Nothing,
    Key,
    Id,
    Error,
    ErrorCode,
    ErrorText,
    IsError,
    ResultType,
    Task,
    ContentText,
}
