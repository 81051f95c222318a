namespace Exchange.Matching.Types;

/// <summary>What accounts hold. Amounts of an asset are integers of its smallest unit, 10^-<see cref="Scale"/>.</summary>
/// <param name="Id">Position in the order of creation, from 0.</param>
/// <param name="Name">Upper-case ticker, 1 to 20 characters.</param>
/// <param name="Scale">Decimals of the smallest unit, 0 to 8.</param>
public sealed record Asset(int Id, string Name, int Scale);
