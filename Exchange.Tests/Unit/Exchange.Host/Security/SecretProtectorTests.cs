using System.Security.Cryptography;
using System.Text;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Security;

public sealed class SecretProtectorTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes(new string('s', 64));
    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("exchange-secrets-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_secret_comes_back_and_every_encryption_differs()
    {
        var protector = Generated();
        var first = protector.Protect("key", Secret);
        var second = protector.Protect("key", Secret);

        Assert.That(protector.Unprotect("key", first), Is.EqualTo(Secret));
        Assert.That(first, Is.Not.EqualTo(second));
        Assert.That(first, Has.Length.LessThanOrEqualTo(OpenAccountCommand.MaxSecretLength));
        Assert.That(first.AsSpan().IndexOf(Secret.AsSpan(0, 8)), Is.EqualTo(-1));
    }

    [Test]
    public void Any_changed_byte_is_found_out()
    {
        var protector = Generated();
        var ciphertext = protector.Protect("key", Secret);
        for (var i = 0; i < ciphertext.Length; i++)
        {
            var changed = (byte[])ciphertext.Clone();
            changed[i] ^= 1;
            Assert.That(() => protector.Unprotect("key", changed), Throws.InstanceOf<CryptographicException>(), $"byte {i}");
        }
    }

    [Test]
    public void A_secret_cannot_be_moved_to_another_key()
    {
        var protector = Generated();
        var ciphertext = protector.Protect("key", Secret);

        Assert.That(() => protector.Unprotect("yek", ciphertext), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void The_generated_file_is_the_owners_alone_and_is_used_again()
    {
        var ciphertext = Generated().Protect("key", Secret);

        Assert.That(Generated().Unprotect("key", ciphertext), Is.EqualTo(Secret));
        Assert.That(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(_directory, "secrets.key")) == (UnixFileMode.UserRead | UnixFileMode.UserWrite),
            Is.True);
    }

    [Test]
    public void A_new_first_line_encrypts_and_the_old_line_still_decrypts()
    {
        var file = Path.Combine(_directory, "keys");
        var oldKey = new string('a', 64);
        File.WriteAllText(file, oldKey + "\n");
        var before = FromFile(file).Protect("key", Secret);

        File.WriteAllText(file, new string('B', 64) + "\n" + oldKey + "\n");
        var rotated = FromFile(file);
        var after = rotated.Protect("key", Secret);
        Assert.That(rotated.Unprotect("key", before), Is.EqualTo(Secret));

        File.WriteAllText(file, new string('b', 64) + "\n");
        Assert.That(FromFile(file).Unprotect("key", after), Is.EqualTo(Secret));
        Assert.That(() => FromFile(file).Unprotect("key", before), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void A_venue_without_a_key_file_does_not_start()
    {
        Assert.That(() => Generated().Initialize(ExchangeMode.Venue), Throws.InvalidOperationException);
        Assert.That(Directory.GetFiles(_directory), Is.Empty);
    }

    [TestCase("")]
    [TestCase("abc")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void A_file_without_a_key_refuses_the_start(string content)
    {
        var file = Path.Combine(_directory, "keys");
        File.WriteAllText(file, content);

        Assert.That(() => FromFile(file).Initialize(ExchangeMode.Venue), Throws.InvalidOperationException);
    }

    private SecretProtector Generated() => new(new SecretsOptions(), _directory);

    private SecretProtector FromFile(string file) => new(new SecretsOptions { KeyFile = file }, _directory);
}
