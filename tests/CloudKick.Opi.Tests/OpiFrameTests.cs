using System.Buffers;

namespace CloudKick.Opi.Tests;

internal sealed class OpiFrameTests
{
    private static readonly byte[] Document = "<a>twelve bytes and more</a>"u8.ToArray();

    [Test]
    public void Frame_cut_at_any_byte_is_read_only_when_whole()
    {
        var frame = Messages.Frame(Document);
        for (var cut = 0; cut < frame.Length; cut++)
        {
            var part = new ReadOnlySequence<byte>(frame, 0, cut);
            Assert.That(OpiFrame.TryRead(ref part, 100, out _), Is.False, $"{cut} bytes are no frame");
            Assert.That(part.Length, Is.EqualTo(cut), "nothing of an unfinished frame is consumed");

            var whole = Segments.CutAt(frame, cut);
            Assert.That(OpiFrame.TryRead(ref whole, 100, out var document), Is.True);
            Assert.That(document.ToArray(), Is.EqualTo(Document));
            Assert.That(whole.IsEmpty, Is.True);
        }
    }

    [Test]
    public void Header_spread_over_segments_is_read()
    {
        var buffer = Segments.OfSingleBytes(Messages.Frame(Document));

        Assert.That(OpiFrame.TryRead(ref buffer, 100, out var document), Is.True);
        Assert.That(document.ToArray(), Is.EqualTo(Document));
    }

    [Test]
    public void Two_frames_in_one_buffer_are_both_read()
    {
        var buffer = new ReadOnlySequence<byte>([.. Messages.Frame("one"u8), .. Messages.Frame("two"u8)]);

        Assert.That(OpiFrame.TryRead(ref buffer, 100, out var first), Is.True);
        Assert.That(OpiFrame.TryRead(ref buffer, 100, out var second), Is.True);
        Assert.That(OpiFrame.TryRead(ref buffer, 100, out _), Is.False);
        Assert.That(first.ToArray(), Is.EqualTo("one"u8.ToArray()));
        Assert.That(second.ToArray(), Is.EqualTo("two"u8.ToArray()));
    }

    [Test]
    public void Empty_frames_are_passed_over()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 0, 0, 0, 0, 0, .. Messages.Frame("x"u8), 0, 0, 0, 0, 9]);

        Assert.That(OpiFrame.TryRead(ref buffer, 100, out var document), Is.True);
        Assert.That(document.ToArray(), Is.EqualTo("x"u8.ToArray()));
        Assert.That(OpiFrame.TryRead(ref buffer, 100, out _), Is.False);
        Assert.That(buffer.ToArray(), Is.EqualTo(new byte[] { 9 }), "the empty frame is consumed although no other follows");
    }

    [TestCase(new byte[] { 0, 0, 0, 101 }, 101u)]
    [TestCase(new byte[] { 0x7F, 0xFF, 0xFF, 0xFF }, (uint)int.MaxValue)]
    [TestCase(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, uint.MaxValue)]
    public void Length_over_the_maximum_is_refused_by_its_header_alone(byte[] header, uint length)
    {
        var buffer = new ReadOnlySequence<byte>(header);

        Assert.That(() => OpiFrame.TryRead(ref buffer, 100, out _),
            Throws.TypeOf<OpiFrameTooLargeException>().With.Property(nameof(OpiFrameTooLargeException.Length)).EqualTo(length));
    }

    [Test]
    public void Length_at_the_maximum_is_taken()
    {
        var buffer = new ReadOnlySequence<byte>(Messages.Frame(new byte[100]));

        Assert.That(OpiFrame.TryRead(ref buffer, 100, out var document), Is.True);
        Assert.That(document.Length, Is.EqualTo(100));
    }
}
