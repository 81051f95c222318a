using System.Buffers;
using Exchange.Accounts;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Host.Api;

/// <summary>
/// Key, timestamp, signature and time window of a signed request, in the order of API.md A2. Any thread.
/// An unknown key costs as much work as a wrong signature, so that the answer's time does not tell which keys exist.
/// </summary>
internal sealed class RequestAuthenticator(ApiServices services)
{
    private const long DefaultWindowUs = 5_000_000;
    private const long LongestWindowUs = 60_000_000;
    private const long MostAheadUs = 1_000_000;

    /// <summary>Timestamps from here on are microseconds: in milliseconds it would be the year 5138.</summary>
    private const long LeastMicroseconds = 100_000_000_000_000;

    /// <summary>Units of 10^-8 milliseconds in a microsecond.</summary>
    private const long FixedPerMicrosecond = FixedPoint.One / 1_000;

    /// <summary>Stands in for the secret of a key that does not exist.</summary>
    private static readonly byte[] NoSecret = new byte[RandomText.KeyLength];

    private readonly SecretCache _secrets = new(services.Secrets);

    /// <summary>Sets the request's account and deadline; false with an error in the request when it is refused.</summary>
    public bool Authenticate(ApiRequest request)
    {
        var header = request.Http.Request.Headers["X-MBX-APIKEY"];
        var keyText = header.Count == 1 ? header[0] : null;
        if (!IsKeyFormat(keyText))
        {
            return request.Fail(Errors.KeyFormat);
        }

        if (request.Parameters.Error is { } parametersError)
        {
            return request.Fail(parametersError);
        }

        request.Require("timestamp"u8);
        request.Require("signature"u8);
        var timestampUs = TimestampUs(request.Integer("timestamp"u8) ?? 0);
        request.TryText("signature"u8, out var signature);
        if (request.Error is not null)
        {
            return false;
        }

        var isKnown = services.Accounts.TryGetApiKey(keyText, out var key) && key.IsEnabled && key.Permissions.HasFlag(Needed(request.Row.Security));
        var windowUs = WindowUs(request);
        var isSigned = Verify(request, isKnown ? _secrets.SecretOf(key) : NoSecret, signature);
        if (!isKnown)
        {
            request.Refuse(Errors.KeyUnknown);
            return false;
        }

        if (request.Error is not null)
        {
            return false;
        }

        if (!isSigned)
        {
            return request.Fail(Errors.Signature);
        }

        var nowUs = services.Time.NowUs;
        if (timestampUs >= nowUs + MostAheadUs)
        {
            return request.Fail(Errors.AheadOfServer);
        }

        if (nowUs - timestampUs > windowUs)
        {
            return request.Fail(Errors.OutsideWindow);
        }

        request.AccountId = key.AccountId;
        request.DeadlineUs = timestampUs + windowUs;
        return true;
    }

    /// <summary>
    /// Returns whether the key header names an account that no limit applies to: an account without order limits of a sandbox.
    /// The signature is not looked at: a signed request that fails to prove the key is charged afterwards.
    /// </summary>
    public bool IsUnlimited(HttpContext context)
    {
        if (services.Symbols.Mode != Exchange.Matching.Commands.ExchangeMode.Sandbox)
        {
            return false;
        }

        var header = context.Request.Headers["X-MBX-APIKEY"];
        if (header.Count != 1 || !IsKeyFormat(header[0]) || !services.Accounts.TryGetApiKey(header[0], out var key))
        {
            return false;
        }

        var counts = services.Risk.CountsOf(key.AccountId, services.Time.NowUs);
        return counts.LimitPer10Seconds == 0 && counts.LimitPerDay == 0;
    }

    private static ApiKeyPermissions Needed(EndpointSecurity security) =>
        security == EndpointSecurity.Trade ? ApiKeyPermissions.Trade : ApiKeyPermissions.Read;

    private static bool IsKeyFormat(string? key)
    {
        if (key is null || key.Length is 0 or > Exchange.Matching.Commands.OpenAccountCommand.MaxApiKeyLength)
        {
            return false;
        }

        foreach (var character in key)
        {
            if (!char.IsAsciiLetterOrDigit(character))
            {
                return false;
            }
        }

        return true;
    }

    private static long TimestampUs(long timestamp) => timestamp >= LeastMicroseconds ? timestamp : timestamp * 1_000;

    private static long WindowUs(ApiRequest request)
    {
        if (!request.TryText("recvWindow"u8, out var text))
        {
            return DefaultWindowUs;
        }

        var result = DecimalText.Parse(text, out var milliseconds);
        if (result is DecimalResult.Illegal or DecimalResult.TooPrecise || milliseconds % FixedPerMicrosecond != 0)
        {
            request.Fail(Errors.IllegalCharacters("recvWindow", Errors.WindowRange));
            return DefaultWindowUs;
        }

        var windowUs = milliseconds / FixedPerMicrosecond;
        if (result == DecimalResult.Overflow || windowUs > LongestWindowUs)
        {
            request.Fail(Errors.RecvWindow);
            return DefaultWindowUs;
        }

        return windowUs;
    }

    private static bool Verify(ApiRequest request, byte[] secret, ReadOnlySpan<byte> signature)
    {
        var payload = request.Parameters.SignedPayload(out var scratch);
        try
        {
            return RequestSignature.Verify(secret, payload, signature);
        }
        finally
        {
            if (scratch is not null)
            {
                ArrayPool<byte>.Shared.Return(scratch);
            }
        }
    }
}
