using System.Text;
using Exchange.Contracts;
using Exchange.Replication.Messages;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using EventId = Exchange.Replication.Messages.EventId;

namespace Exchange.Tests.Support.Aws;

/// <summary>
/// A consumer of order events as somebody would build it: a MassTransit consumer, fed from the queue, that keeps the last id of each account and passes
/// over what is not behind it. One thread.
/// </summary>
internal sealed class EventConsumer : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IReceiveEndpointDispatcher _events;
    private readonly Inbox _inbox = new();

    public EventConsumer()
    {
        // MassTransit keeps the first log factory that it sees: one that is never disposed.
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(_inbox)
            .AddMassTransit(bus =>
            {
                bus.AddConsumer<OrderEvents>();
                bus.UsingInMemory((context, configuration) => configuration.ConfigureEndpoints(context));
            })
            .BuildServiceProvider();
        _events = _services.GetRequiredService<IReceiveEndpointDispatcherFactory>().CreateConsumerReceiver<OrderEvents>("order-events");
    }

    /// <summary>What was taken, by account, in order.</summary>
    public IReadOnlyDictionary<int, List<(long Sequence, string Type)>> Taken => _inbox.Taken;

    public IReadOnlyList<OrderTraded> TakenTrades => _inbox.Trades;

    /// <summary>Messages that were received, those that were passed over included.</summary>
    public int Received { get; private set; }

    /// <summary>Takes everything that the queue has.</summary>
    public async Task PumpAsync(QueueReader queue)
    {
        while (await queue.ReceiveAsync() is { Count: > 0 } messages)
        {
            foreach (var message in messages)
            {
                Received++;
                var headers = new Dictionary<string, object> { ["Content-Type"] = message.ContentType };
                await _events.Dispatch(Encoding.UTF8.GetBytes(message.Body), headers, default);
            }

            await queue.DeleteAsync(messages);
        }
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    private sealed class Inbox
    {
        private readonly LastIds _events = new();
        private readonly LastIds _trades = new();

        public Dictionary<int, List<(long Sequence, string Type)>> Taken { get; } = [];

        public List<OrderTraded> Trades { get; } = [];

        public void Take(OrderEvent taken, string type)
        {
            if (_events.IsNew(taken.AccountId, new EventId(taken.Epoch, taken.Sequence, taken.Index)))
            {
                Taken.TryAdd(taken.AccountId, []);
                Taken[taken.AccountId].Add((taken.Sequence, type));
            }
        }

        public void Take(OrderTraded trade)
        {
            if (_trades.IsNew(trade.AccountId, new EventId(trade.Epoch, trade.Sequence, trade.Index)))
            {
                Trades.Add(trade);
            }
        }
    }

    /// <summary>All that a consumer must keep to take each event once.</summary>
    private sealed class LastIds
    {
        private readonly Dictionary<int, EventId> _last = [];

        public bool IsNew(int accountId, EventId id)
        {
            if (_last.TryGetValue(accountId, out var last) && last.CompareTo(id) >= 0)
            {
                return false;
            }

            _last[accountId] = id;
            return true;
        }
    }

    private sealed class OrderEvents(Inbox inbox) : IConsumer<OrderEvent>, IConsumer<OrderTraded>
    {
        public Task Consume(ConsumeContext<OrderEvent> context)
        {
            inbox.Take(context.Message, context.SupportedMessageTypes.First().Split(':')[^1]);
            return Task.CompletedTask;
        }

        public Task Consume(ConsumeContext<OrderTraded> context)
        {
            inbox.Take(context.Message);
            return Task.CompletedTask;
        }
    }
}
