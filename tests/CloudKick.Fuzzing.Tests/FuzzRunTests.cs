using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Tests;

/// <summary>A harness that finds nothing proves nothing: each kind of fault must be found when it is there, and seen again.</summary>
[CancelAfter(60_000)]
internal sealed class FuzzRunTests
{
    private static readonly FuzzOptions Options = new() { Seed = 7, Inputs = 10_000 };

    [Test]
    public void Product_without_a_fault_takes_every_input(CancellationToken cancellationToken)
    {
        var result = FuzzRun.Run(new PlantedTarget(), Options, cancellationToken);

        Assert.That(result.Finding, Is.Null);
        Assert.That(result.Inputs, Is.EqualTo(Options.Inputs));
        Assert.That(result.Accepted, Is.EqualTo(Options.Inputs));
    }

    [Test]
    public void Exception_is_found(CancellationToken cancellationToken) => Assert.That(
        Find(new PlantedTarget { OnTake = () => throw new FormatException("planted") }, cancellationToken),
        Has.Property(nameof(FuzzFinding.Kind)).EqualTo(FuzzFindingKind.Exception).And.Property(nameof(FuzzFinding.Message)).Contains("planted"));

    [Test]
    public void Allocation_is_found(CancellationToken cancellationToken) => Assert.That(
        Find(new PlantedTarget { OnTake = () => GC.KeepAlive(new byte[100_000]) }, cancellationToken).Kind, Is.EqualTo(FuzzFindingKind.Allocation));

    [Test]
    public void Allocation_on_another_thread_is_found_where_the_product_works_there(CancellationToken cancellationToken)
    {
        const int planted = 64 * 1024 * 1024;
        var target = new PlantedTarget
        {
            WorksOnOtherThreads = true,
            Limit = planted / 2,
            OnTake = () =>
            {
                var other = new Thread(() => GC.KeepAlive(new byte[planted]));
                other.Start();
                other.Join();
            },
        };

        Assert.That(Find(target, cancellationToken).Kind, Is.EqualTo(FuzzFindingKind.Allocation));
    }

    [Test]
    public void Wrong_result_is_found(CancellationToken cancellationToken) => Assert.That(
        Find(new PlantedTarget { OnCheck = () => throw new FuzzFault("other than it was") }, cancellationToken).Kind, Is.EqualTo(FuzzFindingKind.WrongResult));

    [Test]
    public void Valid_input_that_is_refused_is_found(CancellationToken cancellationToken) => Assert.That(
        Find(new PlantedTarget { RefusesValid = true }, cancellationToken).Kind, Is.EqualTo(FuzzFindingKind.WrongResult));

    [Test]
    public void Spin_is_found(CancellationToken cancellationToken)
    {
        using var released = new CancellationTokenSource();
        var options = Options with { SpinLimit = TimeSpan.FromMilliseconds(200) };
        void Spin()
        {
            while (!released.IsCancellationRequested)
                Thread.SpinWait(1_000);
        }

        var result = FuzzRun.Run(new PlantedTarget { OnTake = Spin }, options, cancellationToken);
        released.Cancel();

        Assert.That(result.Finding?.Kind, Is.EqualTo(FuzzFindingKind.Spin));
    }

    [Test]
    public void Hang_is_found(CancellationToken cancellationToken)
    {
        using var released = new ManualResetEventSlim();
        var options = Options with { SpinLimit = TimeSpan.FromMinutes(10), HangLimit = TimeSpan.FromMilliseconds(300) };

        var result = FuzzRun.Run(new PlantedTarget { OnTake = () => released.Wait(cancellationToken) }, options, cancellationToken);
        released.Set();

        Assert.That(result.Finding?.Kind, Is.EqualTo(FuzzFindingKind.Hang));
    }

    [Test]
    public void Finding_repeats_by_seed_and_index_alone(CancellationToken cancellationToken)
    {
        var target = new PlantedTarget { OnTake = () => throw new InvalidOperationException("planted") };
        var found = Find(target, cancellationToken);

        var again = FuzzRun.Run(target, new FuzzOptions { Seed = found.Seed, First = found.Index, Inputs = 1 }, cancellationToken).Finding;

        Assert.That(found.Index, Is.GreaterThan(0));
        Assert.That(again?.Input, Is.EqualTo(found.Input));
        Assert.That(found.ToString(), Does.Contain($"planted --seed 7 --index {found.Index}").And.Contain("000000  ab "));
    }

    [TestCase("mqtt-5")]
    [TestCase("mqtt-session")]
    [TestCase("opi-frames")]
    [TestCase("opi-xml")]
    [TestCase("json")]
    [TestCase("csv")]
    [TestCase("headers")]
    [TestCase("terminal-messages")]
    public async Task Input_is_made_by_its_seed_and_index_alone(string name)
    {
        await using var target = await FuzzTargets.CreateAsync(name);
        var straight = Enumerable.Range(0, 300).Select(index => Make(target, index)).ToArray();

        var backwards = Enumerable.Range(0, 300).Reverse().Select(index => Make(target, index)).Reverse().ToArray();

        Assert.That(backwards, Is.EqualTo(straight));
        Assert.That(straight.Select(Convert.ToHexString).Distinct().Count(), Is.GreaterThan(100));
    }

    private static FuzzFinding Find(PlantedTarget target, CancellationToken cancellationToken) =>
        FuzzRun.Run(target, Options, cancellationToken).Finding ?? throw new AssertionException("The planted fault was not found.");

    private static byte[] Make(IFuzzTarget target, int index)
    {
        var (random, input) = (new FuzzRandom(), new FuzzInput());
        random.Begin(7, index);
        target.Generate(random, input);
        return input.Memory.ToArray();
    }
}
