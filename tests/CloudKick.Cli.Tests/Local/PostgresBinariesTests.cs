using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

[CancelAfter(60_000)]
internal sealed class PostgresBinariesTests
{
    [TestCase("postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)\n", 15, "15.6")]
    [TestCase("postgres (PostgreSQL) 17.2\n", 17, "17.2")]
    [TestCase("postgres (PostgreSQL) 18beta1\n", 18, "18beta1")]
    [TestCase("postgres (PostgreSQL) 9.6.24\n", 9, "9.6.24")]
    public void Version_is_read(string line, int major, string version)
    {
        Assert.That(PostgresBinaries.Parse("/bin", line), Is.EqualTo(new PostgresBinaries("/bin", major, version)));
    }

    [TestCase("")]
    [TestCase("postgres: error while loading shared libraries")]
    public void Something_else_is_no_server(string line)
    {
        Assert.That(PostgresBinaries.Parse("/bin", line), Is.Null);
    }

    [Test]
    public void Newest_version_comes_first_by_number()
    {
        var parent = Directory.CreateTempSubdirectory("cloudkick-test-");
        try
        {
            foreach (var version in new[] { "9.6", "15", "9.10", "17", "doc" })
                parent.CreateSubdirectory(version);

            var found = PostgresBinaries.Versioned(parent.FullName, "*", "bin").Select(path => Path.GetRelativePath(parent.FullName, path));

            Assert.That(found.Take(2), Is.EqualTo(new[] { "17/bin", "15/bin" }));
            Assert.That(found.Last(), Is.EqualTo("doc/bin"));
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    [Test]
    public void Missing_parent_has_no_versions()
    {
        Assert.That(PostgresBinaries.Versioned("/no/such/directory", "*", "bin"), Is.Empty);
    }

    [Test]
    public async Task Version_that_a_cluster_needs_and_is_not_here_is_not_found(CancellationToken cancellationToken)
    {
        Assert.That(await PostgresBinaries.FindAsync(9, cancellationToken), Is.Null);
    }
}
