using System.Text.Json.Nodes;

namespace CloudKick.Relay.Tests.Volume;

/// <summary>What PostgreSQL tells of a statement is read for what it means.</summary>
internal sealed class StatementPlanTests
{
    [TestCase("""{"Node Type":"Seq Scan","Relation Name":"t","Actual Rows":9,"Actual Loops":1}""", true)]
    [TestCase("""{"Node Type":"Seq Scan","Relation Name":"t","Actual Rows":0,"Rows Removed by Filter":9,"Actual Loops":1}""", true)]
    [TestCase("""{"Node Type":"Seq Scan","Relation Name":"t","Actual Rows":1,"Actual Loops":1}""", false, Description = "is there any")]
    [TestCase("""{"Node Type":"Index Scan","Relation Name":"t","Index Name":"i","Actual Rows":20000,"Actual Loops":1}""", true)]
    [TestCase("""{"Node Type":"Index Only Scan","Relation Name":"t","Index Name":"i","Actual Rows":10,"Rows Removed by Filter":20000,"Actual Loops":1}""", true)]
    [TestCase("""{"Node Type":"Index Scan","Relation Name":"t","Index Name":"i","Actual Rows":30,"Actual Loops":100}""", true, Description = "again and again")]
    [TestCase("""{"Node Type":"Index Scan","Relation Name":"t","Index Name":"i","Actual Rows":51,"Actual Loops":1}""", false, Description = "a page of an ordered list")]
    [TestCase("""{"Node Type":"Index Scan","Relation Name":"t","Index Name":"i","Index Cond":"(a = 1)","Actual Rows":20000,"Actual Loops":1}""", false)]
    public void A_step_that_reads_all_is_told_from_one_that_reads_what_it_wants(string step, bool readsAll) =>
        Assert.That(Of(step).Steps.Single().ReadsAll, Is.EqualTo(readsAll));

    [TestCase("Rows Removed by Filter")]
    [TestCase("Rows Removed by Index Recheck")]
    [TestCase("Rows Removed by Join Filter")]
    public void Rows_that_are_thrown_away_are_counted_over_all_repetitions(string field) =>
        Assert.That(Of($$"""{"Node Type":"Nested Loop","Actual Rows":1,"{{field}}":70,"Actual Loops":3}""").Steps.Single().Dropped, Is.EqualTo(210));

    [Test]
    public void A_step_that_was_never_carried_out_is_not_there() => Assert.That(
        Of("""{"Node Type":"Append","Actual Rows":0,"Actual Loops":1,"Plans":[{"Node Type":"Seq Scan","Relation Name":"t","Actual Rows":0,"Actual Loops":0}]}""")
            .Steps.Select(step => step.Kind),
        Is.EqualTo(["Append"]));

    private static StatementPlan Of(string plan) => StatementPlan.Of(JsonNode.Parse($$"""{"Query Text":"select","Plan":{{plan}}}""")!);
}
