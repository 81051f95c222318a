using System.Data.Common;

namespace Exchange.Replication.Sql;

/// <summary>
/// What differs from database to database besides the writer. A place is where one history lies in it: a file, or a schema. The one in use is
/// <see cref="Place"/>; others lie beside it while a store is made anew or compared.
/// </summary>
internal interface ISqlDatabase
{
    string Place { get; }

    /// <summary>Connects, makes the place where it is missing, brings its schema up to date.</summary>
    /// <exception cref="DbException">It cannot be reached, or is locked longer than the options allow.</exception>
    /// <exception cref="RebuildNeededException">What is there cannot be continued by this build.</exception>
    IRowWriter OpenForWriting(string place);

    /// <summary>Returns a new connection for reading the place in use, not opened yet.</summary>
    DbConnection NewReader();

    string PlaceBeside(string purpose);

    bool Exists(string place);

    /// <summary>Deletes what is there; nothing may be.</summary>
    void Delete(string place);

    /// <summary>Puts a history in the place in use, durably: whatever happens, the one or the other is there.</summary>
    void PutInPlace(string fresh);

    /// <summary>Compares two histories row by row, every table and every column.</summary>
    /// <returns>One line for each table that differs: how many rows only one of the two has, and the first of them.</returns>
    List<string> Differences(string left, string right);
}
