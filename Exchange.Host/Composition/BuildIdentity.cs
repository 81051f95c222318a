using System.Reflection;
using System.Security.Cryptography;

namespace Exchange.Host.Composition;

/// <summary>Which build this is, as segments and snapshots name it.</summary>
internal static class BuildIdentity
{
    /// <summary>
    /// Version, and a checksum of the code itself. Why of the code: two builds of one version may read snapshots differently, and a start tries those of
    /// another build before it relies on them.
    /// </summary>
    public static string Id { get; } = $"{Version} {CodeChecksum()}";

    private static string Version =>
        typeof(BuildIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string CodeChecksum()
    {
        var code = typeof(BuildIdentity).Assembly.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("Exchange.", StringComparison.Ordinal))
            .OrderBy(name => name.Name, StringComparer.Ordinal)
            .SelectMany(name => Assembly.Load(name).ManifestModule.ModuleVersionId.ToByteArray());
        return Convert.ToHexStringLower(SHA256.HashData([.. code]).AsSpan(0, 6));
    }
}
