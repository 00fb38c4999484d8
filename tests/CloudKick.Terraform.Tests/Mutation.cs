namespace CloudKick.Terraform.Tests;

/// <summary>A change for the worse, and what must notice it.</summary>
/// <param name="What">What is wrong after it, as a sentence.</param>
/// <param name="File">The file that is changed, below <c>terraform/</c>.</param>
/// <param name="Text">What is replaced.</param>
/// <param name="Replacement">By what.</param>
/// <param name="Check">What must fail.</param>
/// <param name="Message">What it must say, as a regular expression over its words.</param>
internal sealed record Mutation(string What, string File, string Text, string Replacement, Check Check, string Message);

/// <summary>The checks that a change must not pass.</summary>
internal enum Check
{
    /// <summary><c>terraform fmt</c>.</summary>
    Format,

    /// <summary><c>terraform validate</c> with the provider's schema.</summary>
    Valid,

    /// <summary><c>terraform test</c> of the policy documents.</summary>
    PolicyTests,

    /// <summary><c>terraform test</c> of the deployment.</summary>
    DeploymentTests,

    /// <summary><c>terraform test</c> of the example, in which nothing is known before it is made.</summary>
    ExampleTests,

    /// <summary>The documents, rendered again and compared.</summary>
    Rendered,

    /// <summary>The documents, rendered again and held against AWS's list of actions.</summary>
    Actions,

    /// <summary>The rules that no schema holds.</summary>
    Rules,

    /// <summary>The Kubernetes manifests, held against each other.</summary>
    Manifests,

    /// <summary>The tables in the README.</summary>
    Readme,
}
