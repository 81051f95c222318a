using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Exchange.Matching.Ports;

namespace Exchange.Replication.Archive;

/// <summary>
/// A bucket as an archive: one object for each file, put under the condition that there is none, so that nothing is ever written over. The transfer is
/// checksummed by the client and the service; the file's own digest is kept with the object. One thread at a time.
/// </summary>
internal sealed class S3Archive(Func<IAmazonS3> connect, string bucket, string prefix) : IArchive, IDisposable
{
    private const string DigestKey = "x-amz-meta-crc32c";

    private readonly Lazy<IAmazonS3> _client = new(connect);

    public static S3Archive Of(ArchiveOptions options) => new(
        () => new AmazonS3Client(new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
            MaxErrorRetry = 3,
            RetryMode = RequestRetryMode.Standard,
        }),
        options.Bucket,
        options.Prefix);

    public IReadOnlyList<string> List(string folder) => Ask("list", folder, client =>
    {
        var start = $"{prefix}{folder}/";
        var names = new List<string>();
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = start, Delimiter = "/" };
        ListObjectsV2Response page;
        do
        {
            page = client.ListObjectsV2Async(request).GetAwaiter().GetResult();
            names.AddRange((page.S3Objects ?? []).Select(found => found.Key[start.Length..]));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);

        names.Sort(StringComparer.Ordinal);
        return names;
    });

    public FileDigest? Find(string name) => Ask<FileDigest?>("find", name, client =>
    {
        try
        {
            var head = client.GetObjectMetadataAsync(bucket, prefix + name).GetAwaiter().GetResult();
            return uint.TryParse(head.Metadata[DigestKey], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var crc)
                ? new FileDigest(head.ContentLength, crc)
                : throw new InvalidDataException($"'{name}' in the archive has no checksum: somebody else wrote it");
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    });

    public void Put(string name, IStorageFile source, FileDigest digest)
    {
        Ask("put", name, client =>
        {
            using var content = new StorageFileStream(source);
            var request = new PutObjectRequest
            {
                BucketName = bucket,
                Key = prefix + name,
                InputStream = content,
                AutoCloseStream = false,
                IfNoneMatch = "*",
                ContentType = "application/octet-stream",
            };
            request.Metadata[DigestKey] = digest.Crc.ToString("x8", CultureInfo.InvariantCulture);
            return client.PutObjectAsync(request).GetAwaiter().GetResult();
        });
        if (Find(name) != digest)
        {
            throw new InvalidDataException($"'{name}' stands in the archive otherwise than it was written");
        }
    }

    public IStorageFile Open(string name) => Find(name) is { } digest
        ? new S3File((offset, length, into) => Ask("get", name, client => Get(client, name, offset, length, into)), digest.Length)
        : throw new ArchiveException($"there is no '{name}' in the archive");

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private int Get(IAmazonS3 client, string name, long offset, int length, byte[] into)
    {
        using var answer = client.GetObjectAsync(new GetObjectRequest
        {
            BucketName = bucket,
            Key = prefix + name,
            ByteRange = new ByteRange(offset, offset + length - 1),
        }).GetAwaiter().GetResult();
        return answer.ResponseStream.ReadAtLeast(into.AsSpan(0, length), length, throwOnEndOfStream: false);
    }

    private T Ask<T>(string operation, string name, Func<IAmazonS3, T> question)
    {
        try
        {
            return question(_client.Value);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or TaskCanceledException
            || (failure is IOException && failure is not ArchiveException))
        {
            throw new ArchiveException($"{operation} of '{name}' in bucket '{bucket}' failed: {failure.Message}", failure);
        }
    }
}
