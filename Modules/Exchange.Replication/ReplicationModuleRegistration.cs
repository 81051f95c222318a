using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication.Archive;
using Exchange.Replication.Aws;
using Exchange.Replication.DynamoDb;
using Exchange.Replication.Following;
using Exchange.Replication.Kinesis;
using Exchange.Replication.Redis;
using Exchange.Replication.Sql;
using Exchange.Replication.Sqs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Exchange.Replication;

public static class ReplicationModuleRegistration
{
    private const string DefaultDataDirectory = "./data";

    /// <summary>Registers <see cref="IReplicationModule"/> and its <see cref="IHistory"/> as singletons. Wrong options stop the start.</summary>
    /// <param name="durableSequence">
    /// Called once, when the module is first asked for; what it returns reads the journal's durable sequence, from any thread, without blocking.
    /// </param>
    public static IServiceCollection AddReplicationModule(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<long>> durableSequence)
    {
        AddOptions<FollowingOptions>(services, configuration, FollowingOptions.Section);
        services.AddSingleton(provider => new StoreSurroundings(
            Path.GetFullPath(configuration["Exchange:DataDirectory"] is { Length: > 0 } directory ? directory : DefaultDataDirectory),
            provider.GetRequiredService<IOptions<FollowingOptions>>().Value,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Exchange.Replication")));

        // A line for each store.
        AddStore<SqlStore, SqlOptions>(services, configuration, SqlOptions.Section);
        AddStore<SqsStore, SqsOptions>(services, configuration, SqsOptions.Section);
        AddStore<KinesisStore, KinesisOptions>(services, configuration, KinesisOptions.Section);
        AddStore<DynamoDbStore, DynamoDbOptions>(services, configuration, DynamoDbOptions.Section);
        AddOptions<AwsOptions>(services, configuration, AwsOptions.Section);
        services.AddSingleton(provider => new AwsClients(provider.GetRequiredService<IOptions<AwsOptions>>().Value));
        AddStore<RedisStore, RedisOptions>(services, configuration, RedisOptions.Section);

        AddOptions<ArchiveOptions>(services, configuration, ArchiveOptions.Section).Validate<StoreSurroundings>(
            (archive, surroundings) => archive.Directory.Length == 0 || Path.GetFullPath(archive.Directory) != surroundings.DataDirectory,
            "Exchange:Archive:Directory is the data directory: choose another one, best on another disk.");
        services.AddSingleton<IReplicationModule>(provider => new ReplicationModule(
            durableSequence(provider),
            provider.GetRequiredService<StoreSurroundings>(),
            provider.GetServices<IReplicatedStore>(),
            ArchiveOf(provider.GetRequiredService<IOptions<ArchiveOptions>>().Value)));
        services.AddSingleton(provider => provider.GetRequiredService<IReplicationModule>().History);
        return services;
    }

    private static IArchive? ArchiveOf(ArchiveOptions options) =>
        options.Bucket.Length > 0 ? S3Archive.Of(options)
        : options.Directory.Length > 0 ? new DirectoryArchive(new FileStorage(Path.GetFullPath(options.Directory), JournalSyncMethod.Fdatasync, _ => { }))
        : null;

    private static void AddStore<TStore, TOptions>(IServiceCollection services, IConfiguration configuration, string section)
        where TStore : class, IReplicatedStore
        where TOptions : class
    {
        AddOptions<TOptions>(services, configuration, section);
        services.AddSingleton<IReplicatedStore, TStore>();
    }

    private static OptionsBuilder<TOptions> AddOptions<TOptions>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class =>
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateDataAnnotations().ValidateOnStart();
}
