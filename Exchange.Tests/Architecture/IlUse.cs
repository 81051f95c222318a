namespace Exchange.Tests.Architecture;

/// <summary>Something that compiled code mentions.</summary>
/// <param name="InType">Full name of the type whose code it is; nested types behind a '+'.</param>
/// <param name="InMember">The method or field.</param>
/// <param name="Type">Full name of the type mentioned, generic arguments included: `System.Collections.Generic.List`1&lt;System.Int32&gt;`.</param>
/// <param name="Member">The member called or read; empty where only the type is mentioned.</param>
/// <param name="Signature">Parameter types of a method, separated by commas; empty otherwise.</param>
/// <param name="GenericArguments">Type arguments of a generic method, separated by commas; empty otherwise.</param>
public sealed record IlUse(string InType, string InMember, string Type, string Member, string Signature, string GenericArguments)
{
    /// <summary>Full name of the type without generic arguments.</summary>
    public string TypeDefinition => Type.Split('<')[0];

    public override string ToString() => $"{InType}.{InMember} uses {Type}{(Member.Length > 0 ? "." : "")}{Member}({Signature})";
}
