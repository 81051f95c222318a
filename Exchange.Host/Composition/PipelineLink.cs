using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;

namespace Exchange.Host.Composition;

/// <summary>
/// The pipeline as the modules reach it. Why a link: the pipeline feeds the modules' views and the modules feed the pipeline, so one of the
/// two must be built first. Until the pipeline is there, nothing is admitted.
/// </summary>
internal sealed class PipelineLink(IClock clock) : ICommandGateway, IJournalTime
{
    private volatile IExchangePipeline? _pipeline;

    public IExchangePipeline? Pipeline
    {
        get => _pipeline;
        set => _pipeline = value;
    }

    public long NowUs => _pipeline?.NowUs ?? clock.WallUs;

    public long DurableSequence => _pipeline?.DurableSequence ?? 0;

    public bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        if (_pipeline is { } pipeline)
        {
            return pipeline.Gateway.TrySubmit(ref command, claimClass, out reply);
        }

        reply = default;
        return false;
    }

    public bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        if (_pipeline is { } pipeline)
        {
            return pipeline.Gateway.TrySubmit(type, payload, claimClass, out reply);
        }

        reply = default;
        return false;
    }
}
