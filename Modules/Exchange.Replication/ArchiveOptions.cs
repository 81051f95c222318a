using System.ComponentModel.DataAnnotations;

namespace Exchange.Replication;

/// <summary>
/// Where closed segments and snapshots are kept for good; section `Exchange:Archive`, checked at start. A directory, a bucket, or (default) nowhere.
/// Stores are rebuilt from it when the journal's own segments are gone.
/// </summary>
public sealed class ArchiveOptions : IValidatableObject
{
    public const string Section = "Exchange:Archive";

    /// <summary>A directory, best on another disk; default empty. Not the data directory.</summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// Name of an S3 bucket; default empty. Credentials, region and endpoint are those of AWS's own chain and variables (AWS_REGION, AWS_ENDPOINT_URL_S3 …).
    /// The exchange may put, get and list; it never deletes.
    /// </summary>
    public string Bucket { get; set; } = "";

    /// <summary>What every key in the bucket begins with, for example <c>venue-1/</c>; default empty. Two exchanges must not share one.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Whether the bucket is named in the path instead of the host, as emulators want it; default false.</summary>
    public bool ForcePathStyle { get; set; }

    /// <summary>
    /// Seconds that one request to the bucket may take: 1 to 3,600, default 60. Longer lets large segments through a slow line; shorter gives up a service that
    /// hangs, behind which snapshots wait.
    /// </summary>
    [Range(1, 3_600, ErrorMessage = "Exchange:Archive:TimeoutSeconds is a number of seconds from 1 to 3600.")]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>Whether there is an archive.</summary>
    public bool IsOn => Directory.Length > 0 || Bucket.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Directory.Length > 0 && Bucket.Length > 0)
        {
            yield return new ValidationResult("Exchange:Archive names a Directory and a Bucket: write one of the two.", [nameof(Bucket)]);
        }
    }
}
