using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>
/// All subscriptions, by the levels of their filters, so that finding a topic's subscribers takes as many steps as the
/// topic has levels, however many terminals there are. Two rules differ from the standard: <c>a/#</c> does not match
/// <c>a</c> (AWS), and a wildcard in the first level never matches a topic that starts with <c>$</c> (MQTT 5.0 §4.7.2).
/// Thread safe.
/// </summary>
internal sealed class SubscriptionTree
{
    private readonly Lock _gate = new();
    private readonly Node _root = new();

    public bool IsEmpty
    {
        get { lock (_gate) return _root.IsEmpty; }
    }

    public void Add(Subscription subscription)
    {
        lock (_gate)
        {
            var node = _root;
            foreach (var level in subscription.Filter.AsSpan().Split('/'))
                node = node.GetOrAddChild(subscription.Filter.AsSpan(level));
            node.Add(subscription);
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_gate) Remove(_root, subscription.Filter, subscription);
    }

    /// <summary>Adds the topic's subscribers to <paramref name="own"/>, and each group of sharers to <paramref name="shared"/>.</summary>
    public void Match(string topic, List<Subscription> own, List<ImmutableArray<Subscription>> shared)
    {
        lock (_gate) Match(_root, topic, topic.StartsWith('$'), own, shared);
    }

    private static void Match(
        Node node, ReadOnlySpan<char> rest, bool reserved, List<Subscription> own, List<ImmutableArray<Subscription>> shared)
    {
        int slash = rest.IndexOf('/');
        var level = slash < 0 ? rest : rest[..slash];

        if (!reserved)
        {
            node.Child("#")?.AddTo(own, shared);
            if (node.Child("+") is { } any) Step(any, rest);
        }
        if (node.Child(level) is { } exact) Step(exact, rest);

        void Step(Node child, ReadOnlySpan<char> remaining)
        {
            if (slash < 0) child.AddTo(own, shared);
            else Match(child, remaining[(slash + 1)..], reserved: false, own, shared);
        }
    }

    /// <returns>Whether the node is empty now and can go.</returns>
    private static bool Remove(Node node, ReadOnlySpan<char> rest, Subscription subscription)
    {
        int slash = rest.IndexOf('/');
        var level = slash < 0 ? rest : rest[..slash];
        if (node.Child(level) is { } child)
        {
            bool empty;
            if (slash < 0)
            {
                child.Remove(subscription);
                empty = child.IsEmpty;
            }
            else
            {
                empty = Remove(child, rest[(slash + 1)..], subscription);
            }
            if (empty) node.RemoveChild(level);
        }
        return node.IsEmpty;
    }

    private sealed class Node
    {
        private Dictionary<string, Node>? _children;
        private List<Subscription>? _own;
        private Dictionary<string, ImmutableArray<Subscription>>? _groups;

        public bool IsEmpty => _children is not { Count: > 0 } && _own is not { Count: > 0 } && _groups is not { Count: > 0 };

        public Node? Child(ReadOnlySpan<char> level) =>
            _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(level, out var child) ? child : null;

        public Node GetOrAddChild(ReadOnlySpan<char> level)
        {
            if (Child(level) is { } child) return child;
            child = new Node();
            (_children ??= []).Add(level.ToString(), child);
            return child;
        }

        public void RemoveChild(ReadOnlySpan<char> level) => _children?.GetAlternateLookup<ReadOnlySpan<char>>().Remove(level);

        public void Add(Subscription subscription)
        {
            if (subscription.Group is null)
            {
                (_own ??= new List<Subscription>(1)).Add(subscription);
                return;
            }
            _groups ??= [];
            var members = _groups.TryGetValue(subscription.Group, out var present) ? present : [];
            _groups[subscription.Group] = members.Add(subscription);
        }

        public void Remove(Subscription subscription)
        {
            if (subscription.Group is null)
            {
                _own?.Remove(subscription);
                return;
            }
            if (_groups is null || !_groups.TryGetValue(subscription.Group, out var members)) return;
            members = members.Remove(subscription);
            if (members.IsEmpty) _groups.Remove(subscription.Group);
            else _groups[subscription.Group] = members;
        }

        public void AddTo(List<Subscription> own, List<ImmutableArray<Subscription>> shared)
        {
            if (_own is not null) own.AddRange(_own);
            if (_groups is not null) shared.AddRange(_groups.Values);
        }
    }
}
